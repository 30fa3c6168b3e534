import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { bootstrapSettings } from '../../../config/settings.ts'
import { openWorkspace } from '../../../config/workspace.ts'
import { ProcessScope } from '../../../lib/processes/process-scope.ts'
import type { Bench } from '../../../tasks/bootstrap/environment/bench.ts'
import {
  type PreparedEnvironment,
  prepareEnvironment,
} from '../../../tasks/bootstrap/environment/prepare-environment.ts'
import { requestOf } from '../../../tasks/bootstrap/environment/request.ts'
import { createExec } from '../../../tasks/engine/exec.ts'
import { fakeInstaller } from './servers/fake-programs.ts'
import { authority } from './servers/file-server.ts'

/** A clone on a host of its own: a home, a PATH, a record of what the stand-ins were asked. */
export type Host = {
  root: string
  bin: string
  environment: Record<string, string | undefined>
  path(...parts: string[]): string
  /** Writes `[environment]` of the local settings. */
  configure(settings: Record<string, string | boolean>): void
  calls(): Call[]
  log: string[]
  /** In this process; `root` is another clone on the same host. */
  prepare(change?: Partial<Bench>, root?: string): Promise<PreparedEnvironment>
}
export type Call = {
  name?: string
  argv?: string[]
  variables?: Record<string, string>
  installer?: string
  verify?: string
  hanging?: string
}

export const installerSha256 = createHash('sha256').update(fakeInstaller).digest('hex')

/** The Python that stands-ins run: the system's, else the one on PATH. */
export const realPython = existsSync('/usr/bin/python3')
  ? '/usr/bin/python3'
  : execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim()

export const hasVenv =
  execFileSync(
    realPython,
    ['-c', 'import importlib.util as u; print(u.find_spec("ensurepip") is not None)'],
    { encoding: 'utf8' },
  ).trim() === 'True'

export const pythonVersion = execFileSync(
  realPython,
  ['-c', 'import sys; print(".".join(map(str, sys.version_info[:2])))'],
  { encoding: 'utf8' },
).trim()

export function makeHost(owner: Test, settings: Record<string, string | boolean>): Host {
  const room = realpathSync(mkdtempSync(join(tmpdir(), 'ds-environment-')))
  owner.teardown(() => rmSync(room, { recursive: true, force: true, maxRetries: 5 }))
  const root = join(room, 'clone')
  const bin = join(room, 'bin')
  const home = join(room, 'home')
  for (const directory of [root, bin, home, join(root, 'config')]) mkdirSync(directory)
  const calls = join(room, 'calls')
  writeFileSync(calls, '')
  writeFileSync(
    join(root, 'config/environment.yml'),
    `name: x\nchannels:\n  - conda-forge\ndependencies:\n  - python=${pythonVersion}\n  - pip\n  - debugpy\n`,
  )
  const environment: Host['environment'] = {
    PATH: `${bin}:/usr/bin:/bin`,
    HOME: home,
    LANG: 'C.UTF-8',
    // Neither an index of this machine nor any other.
    PIP_CONFIG_FILE: '/dev/null',
    PIP_NO_INDEX: '1',
    FAKE_CONDA_LOG: calls,
    FAKE_CONDA_PYTHON: realPython,
    DEBUG_SERVER_SCOPES: process.env.DEBUG_SERVER_SCOPES,
  }
  const log: string[] = []
  const host: Host = {
    root,
    bin,
    environment,
    log,
    path: (...parts) => join(root, ...parts),
    configure: settings =>
      writeFileSync(
        join(root, 'config/bootstrap.local.toml'),
        `[environment]\npython_version = "${pythonVersion}"\n${Object.entries(settings)
          .map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`)
          .join('')}`.replace(/python_version = .*\n(?=[\s\S]*python_version)/, ''),
      ),
    calls: () =>
      readFileSync(calls, 'utf8')
        .split('\n')
        .filter(line => line !== '')
        .map(line => JSON.parse(line)),
    prepare: async (change, place = root) => {
      await using scope = new ProcessScope({ graceMs: 500 })
      return await prepareEnvironment(
        requestOfHost(place, environment),
        makeBench(place, environment, scope, log, change),
      )
    },
  }
  host.configure(settings)
  return host
}

export const requestOfHost = (root: string, environment: Host['environment']) =>
  requestOf(bootstrapSettings(root, environment).values, openWorkspace(root, environment))

export function makeBench(
  root: string,
  environment: Host['environment'],
  scope: ProcessScope,
  log: string[],
  change: Partial<Bench> = {},
): Bench {
  const signal = change.signal ?? new AbortController().signal
  return {
    environment,
    variables: {},
    trusted: () => [authority],
    platform: 'linux',
    architecture: 'x64',
    exec: createExec({
      scope,
      signal,
      cwd: root,
      environment,
      log: (_, line) => log.push(line),
      terminal: () => {},
    }),
    scope,
    signal,
    patience: { connectMs: 2_000, silenceMs: 5_000, retryMs: 1, attempts: 2 },
    reachMs: 2_000,
    log: line => log.push(line),
    progress: () => {},
    ...change,
  }
}
