import type { z } from 'zod'
import { contract } from '../../contract/contract.ts'
import { dapPath, dapQuerySchema } from '../../contract/dap.ts'
import type { DebugSessionJoined } from '../../store/debug-sessions.ts'
import { debugHasEnded, type SessionJoined, toDebugSession } from '../../store/rows.ts'
import type { Context } from '../context.ts'
import { fieldErrors } from '../field-errors.ts'
import { findDebugSession } from '../handlers/find.ts'
import { done, type Outcome, refuseFields } from '../outcome.ts'
import { parametersIn } from '../route-table.ts'

/** Which debuggee an editor means until it launches one, and by which names it calls files. */
export type EditorTarget = {
  readonly root: string | null
  /** It may look, and do nothing. */
  readonly watches: boolean
  readonly debuggee:
    | { readonly ok: true; readonly debug: DebugSessionJoined }
    /** Why it can attach to none. */
    | { readonly ok: false; readonly why: string }
}

/** Who may open such a WebSocket, and who may do more than watch over it. */
export const watchAccess = contract['debug.list'].access
export const dapAccess = contract['debug.launch'].access

type Query = z.output<typeof dapQuerySchema>

export const matchDap = (path: string) => parametersIn(dapPath, path)

export function readDapQuery(query: Readonly<Record<string, unknown>>): Outcome<Query> {
  const parsed = dapQuerySchema.safeParse(query)
  if (parsed.success) return done(parsed.data)
  return refuseFields(fieldErrors(parsed.error, Object.keys(dapQuerySchema.shape)))
}

/** The debuggee that is named has to be there; without a name an editor may come first and launch one. */
export async function editorTarget(
  context: Context,
  session: SessionJoined,
  { debug, root: given }: Query,
  watches: boolean,
): Promise<Outcome<EditorTarget>> {
  const root = given ?? null
  const found = await findDebugSession(context, session, debug)
  if (!found.ok) {
    if (debug !== undefined || found.code !== 'debug_session_not_found') return found
    return done({ root, watches, debuggee: { ok: false, why: found.detail } })
  }
  return done({ root, watches, debuggee: debuggeeOf(found.value) })
}

/** Whether an editor can attach to it. */
export function debuggeeOf(debug: DebugSessionJoined): EditorTarget['debuggee'] {
  if (!debugHasEnded(debug)) return { ok: true, debug }
  const { id, end } = toDebugSession(debug)
  return { ok: false, why: `the debug session ${id} has ended: ${end?.message}` }
}
