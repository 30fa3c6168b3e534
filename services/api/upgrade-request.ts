import type { IncomingMessage } from 'node:http'
import { contract } from '../contract/contract.ts'
import { tokenInUrl } from '../contract/token-in-url.ts'
import type { SessionJoined } from '../store/rows.ts'
import { admit, type Caller } from './access.ts'
import type { Context } from './context.ts'
import { debugAccess } from './debug/serve-debug.ts'
import { findSession } from './handlers/find.ts'
import type { CalledHandlers, StreamName } from './handlers/handler.ts'
import { readInput } from './input.ts'
import type { FrameFormat } from './logs/log-format.ts'
import type { LogSource } from './logs/log-source.ts'
import { admitTo, answerCall, isStream } from './operations.ts'
import { done, type Outcome, type Refusal, refuse, refuseFields } from './outcome.ts'
import type { Presenting } from './presented.ts'
import { refusalOf } from './problem-reply.ts'
import { matchPath } from './route-table.ts'

/** What a WebSocket is to carry. */
export type Subscription = { readonly caller: Caller; readonly route: string } & (
  | { readonly kind: 'log'; readonly source: LogSource; readonly format: FrameFormat }
  | { readonly kind: 'debug'; readonly session: SessionJoined }
)

type Request = {
  readonly path: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, unknown>>
  readonly presenting: Presenting
  readonly gone: AbortSignal
}

/** Reads an upgrade request by the same rules as any other. */
export async function readUpgrade(
  context: Context,
  handlers: CalledHandlers,
  request: IncomingMessage,
  gone: AbortSignal,
): Promise<Outcome<Subscription>> {
  try {
    const { url = '' } = request
    const leak = tokenInUrl(url)
    if (leak !== undefined) return refuse('token_in_url', leak)
    const [path = '', search = ''] = url.split('?', 2)
    const match = matchPath(path)
    if (match === undefined) return noWebSocket()
    const presenting = { method: 'WEBSOCKET', headers: request.headers }
    const asked = { path: match.parameters, query: queryOf(search), presenting, gone }
    const stream = match.names.find(isStream)
    if (stream !== undefined) return await logSubscription(context, handlers, stream, asked)
    return match.names.includes(debugName) ? await debugSubscription(context, asked) : noWebSocket()
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal.code === 'internal') context.log.error({ err: error }, 'an upgrade failed')
    return refusal
  }
}

const noWebSocket = (): Refusal => refuse('not_found', 'there is no WebSocket at this address')

/** `codec` is the only field that other requests have not. */
async function logSubscription(
  context: Context,
  handlers: CalledHandlers,
  name: StreamName,
  { path, query: { codec = 'json', ...query }, presenting, gone }: Request,
): Promise<Outcome<Subscription>> {
  const caller = await admitTo(context, name, presenting)
  if (!caller.ok) return caller
  if (codec !== 'json' && codec !== 'text')
    return refuseFields([{ path: 'codec', message: 'expected json or text' }])
  const call = { caller: caller.value, gone }
  const source = await answerCall(handlers, name, { path, query, body: undefined }, call)
  if (!source.ok) return source
  const route = contract[name].path
  return done({ kind: 'log', caller: caller.value, source: source.value, format: codec, route })
}

/** The operation at whose path the WebSocket for debuggers is, whose only field is the session. */
const debugName = 'debug.list'

async function debugSubscription(
  context: Context,
  { path, query, presenting }: Request,
): Promise<Outcome<Subscription>> {
  const caller = await admit(context, debugAccess, presenting)
  if (!caller.ok) return caller
  const operation = contract[debugName]
  const input = readInput(operation, { path, query, body: undefined })
  if (!input.ok) return input
  const session = await findSession(context, input.value.session, caller.value)
  if (!session.ok) return session
  return done({ kind: 'debug', caller: caller.value, session: session.value, route: operation.path })
}

/** A parameter that is given twice is an array, as in any other request. */
function queryOf(search: string): Record<string, unknown> {
  const parameters = new URLSearchParams(search)
  const entries = [...new Set(parameters.keys())].map(key => {
    const values = parameters.getAll(key)
    return [key, values.length === 1 ? values[0] : values] as const
  })
  return Object.fromEntries(entries)
}
