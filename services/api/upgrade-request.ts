import type { IncomingMessage } from 'node:http'
import { contract } from '../contract/contract.ts'
import { dapPath } from '../contract/dap.ts'
import { grants } from '../contract/scopes.ts'
import { type Codec, codecs, subprotocols } from '../contract/stream-codec.ts'
import { tokenInUrl } from '../contract/token-in-url.ts'
import { type TunnelTarget, tunnelPath, tunnelQuerySchema } from '../contract/tunnel.ts'
import type { SessionJoined } from '../store/rows.ts'
import type { Access, Caller } from './access.ts'
import { auditedCall } from './audited-call.ts'
import type { Context } from './context.ts'
import {
  dapAccess,
  type EditorTarget,
  editorTarget,
  matchDap,
  readDapQuery,
  watchAccess,
} from './dap/editor-target.ts'
import { type DebuggedSession, findDebugged } from './debug/debugged-session.ts'
import { debugAccess } from './debug/serve-debug.ts'
import type { EventSource } from './events/event-source.ts'
import { fieldErrors } from './field-errors.ts'
import type { AnswerOf, CalledHandlers, EventsName, StreamName } from './handlers/handler.ts'
import { readInput } from './input.ts'
import type { LogSource } from './logs/log-source.ts'
import { admitTo, answerCall, isEvents, isStream } from './operations.ts'
import { done, type Outcome, type Refusal, refuse, refuseFields } from './outcome.ts'
import type { Presenting } from './presented.ts'
import { refusalOf } from './problem-reply.ts'
import { matchPath, parametersIn } from './route-table.ts'
import { admitOpening } from './tickets/admit-opening.ts'
import { beyondTicket } from './tickets/beyond-ticket.ts'
import { codecFor, offeredProtocols } from './websocket/codec.ts'
import { noHandshake } from './websocket/handshake.ts'

/** What a WebSocket is to carry. */
export type Subscription = Wanted & { readonly codec: Codec }

type Wanted = { readonly caller: Caller; readonly route: string } & (
  | { readonly kind: 'log'; readonly source: LogSource }
  | { readonly kind: 'events'; readonly source: EventSource }
  | ({ readonly kind: 'debug' } & DebuggedSession)
  | ({ readonly kind: 'dap'; readonly editor: EditorTarget } & DebuggedSession)
  | { readonly kind: 'tunnel'; readonly session: SessionJoined; readonly target: TunnelTarget }
)

/** Which codecs there are for each: calls of a debugger and their answers are no text to read. */
export const codecsOf: Readonly<Record<Wanted['kind'], readonly Codec[]>> = {
  log: codecs,
  events: codecs,
  debug: ['json'],
  dap: ['json'],
  tunnel: ['json'],
}

type Request = {
  readonly path: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, unknown>>
  readonly presenting: Presenting
  readonly ticket: unknown
  readonly address: string | null
  readonly gone: AbortSignal
}

/** Reads an upgrade request by the same rules as any other. */
export async function readUpgrade(
  context: Context,
  handlers: CalledHandlers,
  request: IncomingMessage,
  gone: AbortSignal,
): Promise<Outcome<Subscription>> {
  const { url = '', headers } = request
  try {
    const leak = tokenInUrl(url)
    if (leak !== undefined) return refuse('token_in_url', leak)
    const fault = noHandshake(request)
    if (fault !== undefined) return fault
    const wanted = await readWanted(context, handlers, url, {
      presenting: { method: 'WEBSOCKET', headers },
      address: context.peers.address(request),
      gone,
    })
    if (!wanted.ok) return wanted
    const offering = codecsOf[wanted.value.kind]
    const codec = codecFor(offeredProtocols(headers['sec-websocket-protocol']), offering)
    return codec === undefined ? noSuchCodec(offering) : done({ ...wanted.value, codec })
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal.code === 'internal') context.log.error({ err: error }, 'an upgrade failed')
    return refusal
  }
}

async function readWanted(
  context: Context,
  handlers: CalledHandlers,
  url: string,
  who: Pick<Request, 'presenting' | 'address' | 'gone'>,
): Promise<Outcome<Wanted>> {
  const [path = '', search = ''] = url.split('?', 2)
  const { ticket, ...query } = queryOf(search)
  const editing = matchDap(path)
  if (editing !== undefined) return wantedDap(context, { ...who, ticket, path: editing, query })
  const tunnelling = parametersIn(tunnelPath, path)
  if (tunnelling !== undefined) return wantedTunnel(context, { ...who, ticket, path: tunnelling, query })
  const match = matchPath(path)
  if (match === undefined) return noWebSocket()
  const asked = { ...who, ticket, path: match.parameters, query }
  const log = match.names.find(isStream)
  if (log !== undefined) {
    const wanted = await wantedSource(context, handlers, log, asked)
    return wanted.ok ? done({ kind: 'log', ...wanted.value }) : wanted
  }
  const events = match.names.find(isEvents)
  if (events !== undefined) {
    const wanted = await wantedSource(context, handlers, events, asked)
    return wanted.ok ? done({ kind: 'events', ...wanted.value }) : wanted
  }
  return match.names.includes(debugName) ? await wantedDebuggers(context, asked) : noWebSocket()
}

const noWebSocket = (): Refusal => refuse('not_found', 'there is no WebSocket at this address')

const noSuchCodec = (offering: readonly Codec[]): Refusal =>
  refuseFields([
    {
      path: 'Sec-WebSocket-Protocol',
      message: `expected ${offering.map(codec => subprotocols[codec]).join(' or ')}, or none`,
    },
  ])

async function wantedSource<N extends StreamName | EventsName>(
  context: Context,
  handlers: CalledHandlers,
  name: N,
  { path, query, presenting, ticket, address, gone }: Request,
): Promise<Outcome<{ caller: Caller; route: string; source: AnswerOf<N> }>> {
  const caller = await admitTo(context, name, presenting, ticket)
  if (!caller.ok) return caller
  const call = { caller: caller.value, gone }
  const source = await auditedCall(context, { caller: caller.value, address }, name, () =>
    answerCall(handlers, name, { path, query, body: undefined }, call),
  )
  if (!source.ok) return source
  return done({ caller: caller.value, route: contract[name].path, source: source.value })
}

/** The operation at whose path the WebSocket for debuggers is, whose only field is the session. */
const debugName = 'debug.list'

async function wantedDebuggers(context: Context, request: Request): Promise<Outcome<Wanted>> {
  const found = await debuggedSession(context, debugAccess, request, request.query)
  return found.ok ? done({ kind: 'debug', ...found.value, route: contract[debugName].path }) : found
}

/** What has its query apart from the path's, for no operation has it. */
async function wantedDap(context: Context, request: Request): Promise<Outcome<Wanted>> {
  const query = readDapQuery(request.query)
  const found = await debuggedSession(context, watchAccess, request, {})
  if (!found.ok) return found
  if (!query.ok) return query
  const { session, role, caller } = found.value
  const watches = role === 'watch' || !grants(caller.scopes, dapAccess)
  const editor = await editorTarget(context, session, query.value, watches)
  return editor.ok ? done({ kind: 'dap', ...found.value, route: dapPath, editor: editor.value }) : editor
}

async function wantedTunnel(context: Context, request: Request): Promise<Outcome<Wanted>> {
  const found = await debuggedSession(context, dapAccess, request, {})
  if (!found.ok) return found
  // A role is on debuggers, not on whatever listens in the session.
  if (found.value.role !== 'owner')
    return refuse('role_insufficient', 'tunnels into a session are for its owner')
  const query = tunnelQuerySchema.safeParse(request.query)
  if (!query.success) return refuseFields(fieldErrors(query.error, Object.keys(tunnelQuerySchema.shape)))
  const { port, socket = '' } = query.data
  const target = port === undefined ? { socket } : { port }
  return done({ kind: 'tunnel', ...found.value, route: tunnelPath, target })
}

async function debuggedSession(
  context: Context,
  access: Access,
  { path, presenting, ticket, address }: Request,
  query: Request['query'],
): Promise<Outcome<DebuggedSession & { readonly caller: Caller }>> {
  const caller = await admitOpening(context, access, presenting, ticket)
  if (!caller.ok) return caller
  const input = readInput(contract[debugName], { path, query, body: undefined })
  if (!input.ok) return input
  const found = await auditedCall(context, { caller: caller.value, address }, debugName, () =>
    findDebugged(context, input.value.session, access, caller.value),
  )
  if (!found.ok) return found
  const { session, role } = found.value
  const beyond = beyondTicket(caller.value, { stream: 'debug', session: session.id, command: null })
  return beyond ?? done({ caller: caller.value, session, role })
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
