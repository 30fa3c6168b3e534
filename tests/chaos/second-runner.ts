import { homedir } from 'node:os'
import { join } from 'node:path'
import { pathWithEnvironment } from '../../config/session-environment.ts'
import { openWorkspace, ownRoot } from '../../config/workspace.ts'
import { systemClock } from '../../lib/clock.ts'
import { createLog } from '../../lib/log.ts'
import { runService } from '../../lib/service-main.ts'
import { instanceId } from '../../services/contract/ids.ts'
import { commandPath, inheritedByCommands } from '../../services/runner/host-environment.ts'
import { startRunner } from '../../services/runner/runner.ts'
import { dataFiles } from '../../services/store/files.ts'
import { openStore } from '../../services/store/store.ts'

/** A runner beside that of `task up`, on the same store: `node second-runner.ts SOCKET`. Nobody wakes it. */
await runService(async () => {
  const workspace = openWorkspace(ownRoot, process.env)
  await using starting = new AsyncDisposableStack()
  const store = starting.use(await openStore(workspace.storeFile))
  starting.use(
    await startRunner({
      store,
      files: dataFiles(workspace.dataDirectory),
      clock: systemClock,
      log: createLog('runner'),
      instance: instanceId.create(),
      socket: process.argv[2] ?? join(workspace.run, 'second.sock'),
      slots: 8,
      graceMs: 5_000,
      path: pathWithEnvironment(ownRoot, commandPath(process.env.PATH)),
      inherit: inheritedByCommands(process.env),
      cgroups: 'auto',
      sandbox: { mode: 'auto', own: [workspace.artifacts], visible: [], home: homedir() },
    }),
  )
  return starting.move()
})
