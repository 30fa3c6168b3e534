import { lstatSync } from 'node:fs'
import { toInstant } from '../../../lib/clock.ts'
import { annotate } from '../../../lib/trace.ts'
import type { KeptFiles } from '../../store/artifacts.ts'
import { endCommand, requeueCommand } from '../../store/commands.ts'
import { limitsOf } from '../../store/rows.ts'
import type { CommandRow } from '../../store/schema.ts'
import { isolationOf } from '../../store/sessions.ts'
import type { RunnerContext } from '../context.ts'
import type { CommandMeter } from '../limits/command-meter.ts'
import { commandUsage, parseTimes } from '../limits/command-usage.ts'
import { cutLog } from '../limits/cut-log.ts'
import { keptLogs, type LogSizes, limitedOutcome } from '../limits/passed-limit.ts'
import type { CommandOutcome } from './command-outcome.ts'
import { forbidProcessFile, readTimesFile } from './wrapper-files.ts'

/** What was measured while it ran. */
export type Measured = Pick<CommandMeter, 'wallMs' | 'peak' | 'read'>

/**
 * Writes into the store how a command has ended, now that nothing of it runs any more; one that is lost and may run twice
 * is queued again instead. `measured`: while it ran, if it did. `keep`: keeps the files that it was to leave behind.
 * False where it has ended already, or is another runner's.
 */
export async function recordEnd(
  context: RunnerContext,
  row: CommandRow,
  seen: CommandOutcome,
  measured: Measured | undefined,
  keep: () => Promise<KeptFiles | undefined> = async () => undefined,
): Promise<boolean> {
  const { store, files, clock, lease, changed, metrics, log } = context
  lease.require()
  const { session_id, id, attempts } = row
  const limits = limitsOf(row)
  const written = {
    stdout: sizeOf(files.log(session_id, id, 'stdout')),
    stderr: sizeOf(files.log(session_id, id, 'stderr')),
  }
  const group = measured?.read()
  const { status, exit_code, failure } = limitedOutcome(seen, limits, written, group)
  const left = keptLogs(written, limits.output)
  const logs = { stdout_bytes: left.stdout, stderr_bytes: left.stderr }
  const cpu = group?.cpu ?? (await timeOfWrapper(context, row))
  // One byte too many stays until the end is recorded, so that a successor comes to the same verdict.
  await cutLogs(context, row, written, left, 1)
  if (status === 'lost' && row.idempotent === 1) {
    // A wrapper of this attempt that has not come so far yet must not run it beside the next one's.
    await forbidProcessFile(files.process(session_id, id, attempts))
    if (await requeueCommand(store, id, logs, lease.token)) {
      log.info({ attempts }, 'command queued again')
      changed({ session: session_id, command: id })
      return true
    }
  }
  const kept = await keep()
  const now = clock.now()
  const byClock = row.started_at === null ? undefined : now - Date.parse(row.started_at)
  const took = measured?.wallMs ?? byClock
  const truncated = left.stdout < written.stdout || left.stderr < written.stderr
  const end = {
    exit_code,
    failure,
    ...logs,
    kept,
    truncated,
    usage: commandUsage(took, cpu, measured?.peak ?? null),
  }
  if (!(await endCommand(store, id, status, end, toInstant(now), lease.token))) return false
  // At once, for somebody waits for it.
  changed({ session: session_id, command: id })
  metrics.commandEnded(status, took, left)
  annotate(() => ({ 'debug_server.status': status, 'process.exit.code': exit_code ?? undefined }))
  log.info({ status, exit_code, reason: failure?.reason }, 'command ended')
  await cutLogs(context, row, written, left, 0)
  return true
}

/** In a sandbox the wrapper waits for that, which waits for nobody: nothing is known of the time that they took. */
async function timeOfWrapper({ store, files }: RunnerContext, { session_id, id, attempts }: CommandRow) {
  const times = readTimesFile(files.times(session_id, id, attempts))
  const enclosed = (await isolationOf(store, session_id))?.isolation === 'bubblewrap'
  return enclosed ? undefined : parseTimes(times)
}

async function cutLogs(
  { files, lease }: RunnerContext,
  { session_id, id }: CommandRow,
  written: LogSizes,
  kept: LogSizes,
  more: 0 | 1,
): Promise<void> {
  for (const stream of ['stdout', 'stderr'] as const) {
    if (kept[stream] < written[stream] && lease.held())
      await cutLog(files.log(session_id, id, stream), kept[stream] + more)
  }
}

function sizeOf(file: string): number {
  try {
    const found = lstatSync(file)
    return found.isFile() ? found.size : 0
  } catch {
    return 0 // the command could remove its own log
  }
}
