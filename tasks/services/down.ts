import { existsSync } from 'node:fs'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { openWorkspace, type Workspace } from '../../config/workspace.ts'
import { systemClock, toInstant } from '../../lib/clock.ts'
import { acquireLock } from '../../lib/lock.ts'
import { endMarked } from '../../lib/processes/end-marked.ts'
import { endProcesses } from '../../lib/processes/end-processes.ts'
import { shellWords } from '../../lib/shell-words.ts'
import { UserError } from '../../lib/user-error.ts'
import { liveCommands, runningCommands } from '../../services/store/commands.ts'
import { commandLineOf } from '../../services/store/rows.ts'
import type { CommandRow } from '../../services/store/schema.ts'
import { moveSession } from '../../services/store/session-transitions.ts'
import { sessionsIn } from '../../services/store/sessions.ts'
import { openStore, type Store } from '../../services/store/store.ts'
import { serviceOf } from './app-names.ts'
import { endOrphans } from './orphans.ts'
import { connectPm2, runningDaemon } from './pm2-client.ts'
import { probe } from './probe.ts'
import { clearRunState, readRunState } from './run-state.ts'
import { serviceEnvironment } from './service-environment.ts'
import { asStarted } from './started-store.ts'

export type DownOptions = {
  root: string
  environment: Record<string, string | undefined>
  signal: AbortSignal
  log(line: string): void
  progress(text: string): void
  /** Asks whether what still runs may be ended; undefined where there is nobody to ask. */
  confirm: ((question: string) => Promise<boolean>) | undefined
}

export type DownResult = { outcome: 'ended' | 'nothing_was_up' | 'declined'; sessionsStopped: number }

/** How long the sessions may take to stop, in milliseconds, before their commands are ended from here. */
const sessionsDeadline = 30_000

/**
 * Ends everything: no new work is taken, sessions stop side by side, requests are drained, then the services and PM2's
 * daemon go. Services whose daemon was killed are ended as well. Asks first where commands still run.
 */
export async function bringDown(options: DownOptions): Promise<DownResult> {
  const { root, environment, signal, log, progress } = options
  const workspace = asStarted(openWorkspace(root, environment))
  if (!existsSync(workspace.storeFile)) return { outcome: 'nothing_was_up', sessionsStopped: 0 }
  using _ = await acquireLock(join(workspace.run, 'up.lock'), {
    signal,
    onWait: () => log('another `task up` or `task down` is under way in this workspace; waiting for it'),
  })
  await using store = await openStore(workspace.storeFile)
  if (!(await mayEnd(await liveCommands(store), options))) return { outcome: 'declined', sessionsStopped: 0 }

  const daemon = runningDaemon(workspace.pm2Home)
  const { services, passing } = readRunState(workspace)
  await using pm2 =
    daemon === undefined ? undefined : await connectPm2(workspace.pm2Home, serviceEnvironment(environment))
  if (pm2 !== undefined) {
    progress('draining requests')
    const doors = (await pm2.list()).filter(({ name }) => serviceOf(name) !== 'runner')
    await Promise.all(doors.map(({ name }) => pm2.stop(name)))
  }
  progress('stopping sessions')
  const sessionsStopped = await stopSessions(store, workspace)
  progress('ending services')
  await pm2?.endDaemon()
  if (daemon !== undefined) await endProcesses([daemon], { graceMs: 5_000 })
  const orphans = await endOrphans(workspace, [...services, ...passing], new Set())
  for (const orphan of orphans) log(`ended ${orphan}, which an earlier PM2 had left`)
  // What no runner has ended. Its rows stay as they are: the next runner reads the exit status that the wrapper wrote.
  const remaining = await runningCommands(store)
  await endMarked(new Set(remaining.map(({ id }) => id)))
  await clearRunState(workspace)
  const ended = daemon !== undefined || orphans.length > 0 || sessionsStopped > 0
  return { outcome: ended ? 'ended' : 'nothing_was_up', sessionsStopped }
}

async function mayEnd(active: readonly CommandRow[], { confirm }: DownOptions): Promise<boolean> {
  if (active.length === 0) return true
  const names = active.map(row => {
    const line = commandLineOf(row)
    return `  ${row.id} in ${row.session_id}: ${typeof line === 'string' ? line : shellWords(line)}`
  })
  const what = `${active.length === 1 ? 'a command has' : `${active.length} commands have`} not ended yet:\n${names.join('\n')}`
  if (confirm === undefined) throw new UserError(what, { fix: 'to end them as well: npx task down --yes' })
  return confirm(`${what}\nEnd everything?`)
}

async function stopSessions(store: Store, workspace: Workspace): Promise<number> {
  const now = () => toInstant(systemClock.now())
  const open = await sessionsIn(store, 'pending', 'starting', 'running', 'stopping')
  for (const { id } of open) await moveSession(store, id, 'stopping', { now: now() })
  if (open.length === 0) return 0
  const runnerAnswers = readRunState(workspace).services.find(({ service }) => service === 'runner')
  if (runnerAnswers !== undefined && (await probe(runnerAnswers, 2_000)).answer === 'ready') {
    wakeRunner(workspace.runnerSocket)
    const end = performance.now() + sessionsDeadline
    while (performance.now() < end && (await sessionsIn(store, 'stopping')).length > 0) await delay(50)
  }
  return open.length
}

function wakeRunner(socket: string): void {
  const connection = createConnection(socket, () => connection.end('{"type":"wake"}\n'))
  connection.on('error', () => {}) // a hint only: the runner looks every second
  connection.resume()
}
