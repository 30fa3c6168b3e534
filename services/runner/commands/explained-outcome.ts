import { commandLineOf } from '../../store/rows.ts'
import type { CommandRow } from '../../store/schema.ts'
import { secretsOf } from '../../store/session-secrets.ts'
import type { RunnerContext } from '../context.ts'
import { logEnd } from '../logs/log-end.ts'
import { isolationFor } from '../sandbox/enclosure.ts'
import { hasBegun } from '../sandbox/has-begun.ts'
import type { CommandOutcome } from './command-outcome.ts'
import { missingProgram } from './missing-program.ts'
import { surroundings } from './surroundings.ts'
import { findWorkingDirectory } from './working-directory.ts'

/** With what bubblewrap ends where it cannot do what it is to. */
const codeOfBubblewrap = 1

/** How a command ended, and where its program has never run, why: its exit code is that of whoever was to run it. */
export async function explainedOutcome(
  context: RunnerContext,
  row: CommandRow,
  outcome: CommandOutcome,
): Promise<CommandOutcome> {
  const { status, exit_code, failure } = outcome
  if (status !== 'failed' || failure !== null || exit_code === null) return outcome
  if (exit_code === codeOfBubblewrap) return await unlessBegun(context, row, outcome)
  const line = commandLineOf(row)
  if (typeof line !== 'string' || exit_code < 126) return outcome
  const directory = await findWorkingDirectory(context.files.worktree(row.session_id), row.directory)
  if (!directory.found) return outcome
  const { PATH: along = '' } = await surroundings(context, row, directory.path)
  const isolation = await isolationFor(context, row.session_id, row.environment_id)
  if (!isolation.ok) return outcome
  return {
    ...outcome,
    failure: await missingProgram(line, exit_code, along, directory.path, isolation.shows),
  }
}

/** bubblewrap says in the command's log what was in its way. */
async function unlessBegun(
  { files, store }: RunnerContext,
  { session_id, id, attempts, merge }: CommandRow,
  outcome: CommandOutcome,
): Promise<CommandOutcome> {
  if (await hasBegun(files.sandboxStatus(session_id, id, attempts))) return outcome
  const secrets = Object.values(await secretsOf(store, session_id))
  const said = await logEnd(files.log(session_id, id, merge === 1 ? 'stdout' : 'stderr'), secrets)
  const why = said
    .split('\n')
    .at(-1)
    ?.replace(/^bwrap: /, '')
    .replaceAll(files.root, '…')
  return {
    status: 'failed',
    exit_code: null,
    failure: { reason: 'spawn_failed', message: `bubblewrap could not run it: ${why}` },
  }
}
