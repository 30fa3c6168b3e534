import { lstat } from 'node:fs/promises'
import { toInstant } from '../../../lib/clock.ts'
import type { KeptFiles } from '../../store/artifacts.ts'
import { endCommand, requeueCommand } from '../../store/commands.ts'
import type { CommandRow } from '../../store/schema.ts'
import type { RunnerContext } from '../context.ts'
import type { CommandOutcome } from './command-outcome.ts'
import { forbidProcessFile } from './wrapper-files.ts'

/**
 * Writes into the store how a command has ended, now that nothing of it runs any more; one that is lost and may run twice
 * is queued again instead. False where it has ended already, or is another runner's. `keep`: keeps the files that it was
 * to leave behind.
 */
export async function recordEnd(
  { store, files, clock, lease, changed, metrics, log }: RunnerContext,
  row: CommandRow,
  { status, exit_code, failure }: CommandOutcome,
  keep: () => Promise<KeptFiles | undefined> = async () => undefined,
): Promise<boolean> {
  lease.require()
  const { session_id, id } = row
  const [stdout_bytes, stderr_bytes] = await Promise.all([
    sizeOf(files.log(session_id, id, 'stdout')),
    sizeOf(files.log(session_id, id, 'stderr')),
  ])
  const logs = { stdout_bytes, stderr_bytes }
  if (status === 'lost' && row.idempotent === 1) {
    // A wrapper of this attempt that has not come so far yet must not run it beside the next one's.
    await forbidProcessFile(files.process(session_id, id, row.attempts))
    if (await requeueCommand(store, id, logs, lease.token)) {
      log.info({ attempts: row.attempts }, 'command queued again')
      changed({ session: session_id, command: id })
      return true
    }
  }
  const kept = await keep()
  const now = clock.now()
  const end = { exit_code, failure, ...logs, kept }
  if (!(await endCommand(store, id, status, end, toInstant(now), lease.token))) return false
  const took = row.started_at === null ? undefined : now - Date.parse(row.started_at)
  metrics.commandEnded(status, took, { stdout: stdout_bytes, stderr: stderr_bytes })
  log.info({ status, exit_code, reason: failure?.reason }, 'command ended')
  changed({ session: session_id, command: id })
  return true
}

async function sizeOf(file: string): Promise<number> {
  try {
    const found = await lstat(file)
    return found.isFile() ? found.size : 0
  } catch {
    return 0 // the command could remove its own log
  }
}
