import { defaultLimits } from '../../contract/command-limits.ts'
import { commandHasEnded } from '../../contract/command-state.ts'
import { getCommand, requestCancel } from '../../store/commands.ts'
import { queueCommand } from '../../store/new-command.ts'
import type { SessionJoined } from '../../store/rows.ts'
import type { CommandRow } from '../../store/schema.ts'
import type { Context } from '../context.ts'
import { now } from '../handlers/now.ts'
import { holdUntilSettled } from '../hold.ts'
import { logOf } from '../logs/masked-log.ts'
import { type Refusal, refuse } from '../outcome.ts'
import { tell } from '../tell.ts'

/** How long it may wait for other commands of the session and take, in seconds. */
const patience = 30
const mostRead = 4_096
const mostComplaints = 5

/**
 * Applies a patch to the worktree of a session as it is by now, all of it or nothing; undefined where that is done. It is
 * done by a command of the session, with its rights and no more: its programs may have changed git's settings there.
 */
export async function applyPatch(
  context: Context,
  session: SessionJoined,
  patch: string,
  gone: AbortSignal,
): Promise<Refusal | undefined> {
  const { store, changes, runner, givingUp } = context
  const queued = await queueCommand(store, {
    session: session.id,
    command: ['git', 'apply', '--whitespace=nowarn', '-'],
    directory: '.',
    environment: { LC_ALL: 'C' },
    timeout: patience,
    stdin: patch,
    limits: defaultLimits(context.commands),
    now: now(context),
  })
  if (queued === undefined) return refuse('session_ended', `the session ${session.id} takes no more commands`)
  tell(context, { session: session.id, command: queued.id })
  const row = await holdUntilSettled({
    changes,
    row: { session: session.id, command: queued.id },
    load: () => getCommand(store, queued.id),
    settled: found => found === undefined || commandHasEnded(found.status),
    seconds: patience,
    signals: [gone, givingUp],
  })
  if (row === undefined) return refuse('session_not_found', 'the session has been deleted')
  if (row.status === 'succeeded') return undefined
  if (commandHasEnded(row.status)) return refuse('patch_rejected', await complaint(context, row))
  await requestCancel(store, row.id, now(context))
  runner.wake()
  return refuse(
    'debugger_timeout',
    `the patch was not applied within ${patience} s, and is not any more: other commands of the session run (${row.id})`,
  )
}

/** What git said, or why it said nothing. */
async function complaint(context: Context, row: CommandRow): Promise<string> {
  if (row.status !== 'failed')
    return `the patch was not applied: ${row.id}, which does that, ended as ${row.status}`
  await using log = logOf(context, row, 'stderr')
  const text = (await log.read(0, Math.min(mostRead, await log.end(row.stderr_bytes ?? 0)))).toString('utf8')
  const complaints = text
    .split('\n')
    .filter(line => /^(?:error|fatal): /.test(line))
    .map(line => line.replace(/^(?:error|fatal): /, ''))
  const said = complaints.slice(0, mostComplaints).join('; ')
  return `the patch does not apply to the worktree as it is now: ${said === '' ? `see the log of ${row.id}` : said}`
}
