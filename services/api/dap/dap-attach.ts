import { dapAttachSchema } from '../../contract/dap.ts'
import type { ViewerId } from '../../contract/ids.ts'
import type { DebugSessionJoined } from '../../store/debug-sessions.ts'
import type { SessionJoined } from '../../store/rows.ts'
import type { Context } from '../context.ts'
import { fieldErrors } from '../field-errors.ts'
import { findDebugSession } from '../handlers/find.ts'
import { done, type Outcome, refuseFields } from '../outcome.ts'

/** What an editor attaches to: the debuggee of its connection, or one that it names. */
export type Attaching =
  | { readonly kind: 'as_connected' }
  | { readonly kind: 'named'; readonly debug: DebugSessionJoined; readonly parent: ViewerId | null }

export async function readAttach(
  context: Context,
  session: SessionJoined,
  given: unknown,
): Promise<Outcome<Attaching>> {
  const read = dapAttachSchema.safeParse(given ?? {})
  if (!read.success) return refuseFields(fieldErrors(read.error, Object.keys(dapAttachSchema.shape)))
  const { debug, parent = null } = read.data
  if (debug === undefined) return done({ kind: 'as_connected' })
  const found = await findDebugSession(context, session, debug)
  return found.ok ? done({ kind: 'named', debug: found.value, parent }) : found
}
