import { homedir } from 'node:os'
import { dirname } from 'node:path'
import { declaredApps } from '../../config/apps.ts'
import { expanded } from '../../config/expand.ts'
import { packageVersion } from '../../config/package.ts'
import { pathWithEnvironment } from '../../config/session-environment.ts'
import { serverSettings } from '../../config/settings.ts'
import { appsCompileCache, openWorkspace, ownRoot } from '../../config/workspace.ts'
import { systemClock } from '../../lib/clock.ts'
import { createLog } from '../../lib/log.ts'
import { runService } from '../../lib/service-main.ts'
import { makePrivateDirectory } from '../../lib/socket-path.ts'
import { startTracing } from '../../lib/start-tracing.ts'
import { defaultLimits } from '../contract/command-limits.ts'
import { dataFiles } from '../store/files.ts'
import { instanceFrom, register } from '../store/registration.ts'
import { openStore } from '../store/store.ts'
import { commandPath, inheritedByCommands, inheritedByGit, toolchainsOf } from './host-environment.ts'
import { startRunner } from './runner.ts'

await runService(async () => {
  const workspace = openWorkspace(ownRoot, process.env)
  const {
    runner: settings,
    sessions,
    artifacts,
    debug,
    logs,
    environments,
    repositories,
    worktrees,
  } = serverSettings(ownRoot, process.env).values
  const instance = instanceFrom(process.env)
  const inherit = inheritedByCommands(process.env)
  makePrivateDirectory(dirname(workspace.runnerSocket))
  const log = createLog('runner')
  await using starting = new AsyncDisposableStack()
  starting.use(await startTracing({ name: 'runner', version: packageVersion(), instance, log }))
  const store = starting.use(await openStore(workspace.storeFile))
  starting.use(
    await startRunner({
      store,
      files: dataFiles(workspace.dataDirectory),
      clock: systemClock,
      log,
      instance,
      socket: workspace.runnerSocket,
      slots: settings.slots,
      graceMs: settings.grace_seconds * 1000,
      artifacts: {
        maxFiles: artifacts.max_files,
        maxBytes: artifacts.max_bytes,
        retainDays: artifacts.retain_days,
        totalBytes: artifacts.total_bytes,
      },
      logs: {
        compressAfterMs: logs.compress_after_hours * 3_600_000,
        retainMs: logs.retain_days * 86_400_000,
        sessionBytes: logs.session_bytes,
        totalBytes: logs.total_bytes,
      },
      recordBytes: debug.record_bytes,
      environments: {
        buildSeconds: environments.build_seconds,
        keep: environments.keep,
        totalBytes: environments.total_bytes,
        limits: defaultLimits(settings),
      },
      path:
        settings.path === ''
          ? pathWithEnvironment(ownRoot, commandPath(process.env.PATH))
          : expanded(settings.path, process.env),
      apps: declaredApps(ownRoot),
      compiledCode: appsCompileCache,
      sessions: { retainMs: sessions.retain_days * 86_400_000 },
      worktrees: { keep: worktrees.keep, totalBytes: worktrees.total_bytes },
      fetchEveryMs: repositories.fetch_every_seconds * 1_000,
      inherit,
      npm: process.env,
      sandbox: {
        mode: settings.sandbox,
        own: [
          workspace.artifacts,
          workspace.dataDirectory,
          dirname(workspace.storeFile),
          dirname(workspace.runnerSocket),
          workspace.pm2Home,
          ...repositories.credentials.map(({ token_file }) => expanded(token_file, process.env)),
        ],
        visible: [...settings.sandbox_visible, ...toolchainsOf(inherit)],
        home: homedir(),
      },
      cgroups: settings.cgroups,
      git: {
        environment: inheritedByGit(process.env),
        // The others need a key of the server's.
        openSchemes: repositories.schemes.filter(scheme => scheme !== 'ssh'),
        credentials: {
          helper: repositories.credential_helper,
          tokens: repositories.credentials.map(({ host, username, token_file }) => ({
            ...{ host, username, tokenFile: expanded(token_file, process.env) },
          })),
        },
      },
    }),
  )
  starting.use(
    await register(store, systemClock, { id: instance, service: 'runner', address: workspace.runnerSocket }),
  )
  return starting.move()
})
