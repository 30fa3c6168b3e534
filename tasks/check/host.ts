import { sessionEnvironment } from '../../config/session-environment.ts'
import { bootstrapSettings, serverSettings, wasAskedFor } from '../../config/settings.ts'
import { openWorkspace } from '../../config/workspace.ts'
import { systemClock, toInstant } from '../../lib/clock.ts'
import { which } from '../../lib/which.ts'
import { inspectCertificates } from '../bootstrap/certificates/inspect-certificates.ts'
import { inspectEnvironment } from '../bootstrap/environment/inspect-environment.ts'
import { gitIn } from '../bootstrap/git.ts'
import type { Exec } from '../engine/context.ts'
import { readRunState } from '../services/run-state.ts'
import { inspectCommandLimits } from './command-limits.ts'
import { inspectContainers } from './containers.ts'
import { inspectDebuggers } from './debuggers.ts'
import type { Finding } from './finding.ts'
import { type Look, lookAtAll } from './look.ts'
import { inspectPm2Home } from './pm2-home.ts'
import { inspectPort } from './ports.ts'
import { inspectPrograms } from './programs.ts'
import { inspectRepository } from './repository.ts'
import { inspectSandbox } from './sandbox.ts'
import { inspectDataDirectory, inspectStore } from './storage.ts'
import { inspectToken } from './token.ts'

type Environment = Record<string, string | undefined>

/** Looks at everything that `up` and sessions need, side by side, and writes nothing, not even a directory. */
export async function checkHost(
  root: string,
  environment: Environment,
  exec: Exec,
  signal: AbortSignal,
): Promise<Finding[]> {
  const [configuration] = await lookAtAll([
    {
      what: 'configuration',
      see: () => {
        bootstrapSettings(root, environment)
        serverSettings(root, environment)
        openWorkspace(root, environment)
        return { what: 'configuration', verdict: 'ok', detail: 'every file and variable of it is valid' }
      },
    },
  ])
  // All else is where the configuration says.
  if (configuration?.verdict !== 'ok') return configuration === undefined ? [] : [configuration]
  return [configuration, ...(await lookAtAll(looks(root, environment, exec, signal)))]
}

function looks(root: string, environment: Environment, exec: Exec, signal: AbortSignal): Look[] {
  const workspace = openWorkspace(root, environment)
  const settings = bootstrapSettings(root, environment).values
  const server = serverSettings(root, environment)
  const { services: started } = readRunState(workspace)
  const now = systemClock.now()
  const path = environment.PATH
  const git = (directory: string) => gitIn(directory, exec, environment)
  return [
    { what: 'Node.js', see: () => ({ what: 'Node.js', verdict: 'ok', detail: process.version.slice(1) }) },
    { what: 'programs', see: () => inspectPrograms(settings.required_binaries, path, exec) },
    { what: 'environment', see: () => inspectEnvironment(root, settings, environment, exec, signal) },
    { what: 'certificates', see: () => inspectCertificates(root, environment) },
    { what: 'repository', see: () => inspectRepository(root, settings.repository, git, now) },
    {
      what: 'data directory',
      see: () => inspectDataDirectory(workspace, settings.storage.minimum_free_megabytes),
    },
    { what: 'store', see: () => inspectStore(workspace) },
    {
      what: 'administrator token',
      see: () =>
        inspectToken(workspace, settings.auth.token_environment_variable, environment, toInstant(now)),
    },
    ...(['api', 'proxy'] as const).map(service => ({
      what: `port ${service}`,
      see: () =>
        inspectPort(
          { service, ...server.values[service], asked: wasAskedFor(server, `${service}.port`) },
          started,
        ),
    })),
    { what: 'PM2 home', see: () => inspectPm2Home(workspace.pm2Home, process.getuid?.()) },
    { what: 'debuggers', see: () => inspectDebuggers({ path, pythons: pythonsOf(root, path) }, exec) },
    { what: 'sandbox', see: () => inspectSandbox(server.values.runner.sandbox, path, exec) },
    { what: 'containers', see: () => inspectContainers(path, exec) },
    { what: 'limits of commands', see: () => inspectCommandLimits(server.values.runner.cgroups) },
  ]
}

/** The sessions' own Python, the one that comes first on PATH, and the system's, which may be another one. */
function pythonsOf(root: string, path: string | undefined): string[] {
  const places = [
    sessionEnvironment(root)?.python,
    which('python3', path ?? ''),
    which('/usr/bin/python3', ''),
  ]
  return [...new Set(places.filter(place => place !== undefined))]
}
