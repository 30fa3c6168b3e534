import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import {
  type ClientCapabilities,
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  type LoggingLevel,
  LoggingMessageNotificationSchema,
  PromptListChangedNotificationSchema,
  type Request,
  ResourceListChangedNotificationSchema,
  type Result,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { Agent } from 'undici'
import type { Sentinel } from '../../../../lib/processes/sentinel.ts'
import type { Offer } from '../catalogue/offer.ts'
import { severity } from '../log-messages.ts'
import type { LogMessage } from './askers.ts'
import { boundedFetch } from './bounded-fetch.ts'
import type { Launch } from './launch.ts'
import { ownOriginRequest } from './own-origin-request.ts'
import { readOffer } from './read-offer.ts'
import { StdioTransport } from './stdio-transport.ts'

export type ConnectOptions = {
  readonly launch: Launch
  readonly version: string
  readonly answerBytes: number
  readonly startMs: number
  /** The longest that a call may take. */
  readonly callMs: number
  readonly sentinel: Sentinel
  /** What the server may ask for. */
  readonly capabilities: ClientCapabilities
  /** Answers what the server asks of the client that calls it. */
  readonly ask: (request: Request, signal: AbortSignal) => Promise<Result>
  readonly onChange: (what: 'offer' | 'resources') => void
  readonly onLog: (message: LogMessage) => void
  /** A program has written this to its standard error. */
  readonly onWritten: (text: string) => void
  readonly signal: AbortSignal
}

/** A server that has introduced itself. */
export type Live = {
  readonly client: Client
  readonly offer: Offer
  /** Resolves with why it is gone, where it was not ended here. */
  readonly closed: Promise<string>
  /** Has it tell as much as somebody wants to be told, where it tells anything. */
  readonly wantLevel: (level: LoggingLevel) => void
  readonly end: () => Promise<void>
}

/** How long a goodbye may take, in milliseconds. */
const farewell = 1_000

/** Starts or reaches a server and learns what it offers. Rejects with why that was not to be; nothing is left then. */
export async function connect(options: ConnectOptions): Promise<Live> {
  const { launch, capabilities, ask, onChange, version, startMs, signal } = options
  const { transport, why, leave, release } = transportOf(launch, options)
  const client = new Client({ name: 'debug-server-gateway', version }, { capabilities })
  const closed = Promise.withResolvers<string>()
  client.onclose = () => closed.resolve(why() ?? 'the connection to it was lost')
  client.onerror = error => {
    // Only then is it known that a stream which had broken off is not to be had again.
    if (error.message.startsWith('Maximum reconnection attempts')) void client.close()
  }
  const handle = (request: Request, { signal }: { signal: AbortSignal }) => ask(request, signal)
  if (capabilities.sampling) client.setRequestHandler(CreateMessageRequestSchema, handle)
  if (capabilities.elicitation) client.setRequestHandler(ElicitRequestSchema, handle)
  if (capabilities.roots) client.setRequestHandler(ListRootsRequestSchema, handle)
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => onChange('offer'))
  client.setNotificationHandler(PromptListChangedNotificationSchema, () => onChange('offer'))
  client.setNotificationHandler(ResourceListChangedNotificationSchema, () => onChange('resources'))
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => options.onLog(params))
  let told: LoggingLevel | undefined
  const wantLevel = (level: LoggingLevel) => {
    if (client.getServerCapabilities()?.logging === undefined) return
    // Who wants less is spared the rest (`log-messages.ts`).
    if (told !== undefined && severity(level) >= severity(told)) return
    told = level
    client.setLoggingLevel(level, { timeout: startMs }).catch(() => {
      told = undefined
    })
  }
  const end = async () => {
    await leave()
    await client.close().catch(() => {})
    // Once more, for one that never got as far as to belong to the client.
    await transport.close().catch(() => {})
    await release()
  }
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(startMs)])
  const requests = { timeout: startMs, signal: deadline }
  try {
    // Its optional members are declared without `undefined`, which the interface wants: none to the compiler.
    await within(deadline, client.connect(transport as Transport, requests))
    const offer = await within(deadline, readOffer(client, requests))
    return { client, offer, closed: closed.promise, wantLevel, end }
  } catch (error) {
    const reason = why()
    await end()
    if (signal.aborted) throw new Error('it was ended while it started', { cause: error })
    if (deadline.aborted)
      throw new Error(`it did not introduce itself within ${startMs / 1_000} s (start_seconds)`, {
        cause: error,
      })
    throw new Error(reason ?? reasonOf(error), { cause: error })
  }
}

/** What is waited for, or a rejection at the deadline: not all that the SDK does has one. */
function within<Value>(deadline: AbortSignal, work: Promise<Value>): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>()
  const late = () => reject(deadline.reason)
  if (deadline.aborted) late()
  else deadline.addEventListener('abort', late, { once: true })
  return Promise.race([work, promise]).finally(() => deadline.removeEventListener('abort', late))
}

function transportOf(launch: Launch, { answerBytes, callMs, sentinel, onWritten }: ConnectOptions) {
  if (launch.kind === 'program') {
    const transport = new StdioTransport({ ...launch, answerBytes, sentinel, onWritten })
    return { transport, why: () => transport.end, leave: nothing, release: nothing }
  }
  const agent = new Agent({ headersTimeout: callMs, bodyTimeout: 0, connect: { timeout: 10_000 } })
  const fetch = boundedFetch({ request: ownOriginRequest(agent), answerBytes, deadline: callMs })
  const requestInit = { headers: launch.headers }
  const url = new URL(launch.url)
  const release = () => agent.destroy()
  if (launch.kind === 'sse') {
    const transport = new SSEClientTransport(url, { fetch, requestInit })
    return { transport, why: () => undefined, leave: nothing, release }
  }
  const reconnectionOptions = {
    ...{ initialReconnectionDelay: 200, maxReconnectionDelay: 2_000 },
    ...{ reconnectionDelayGrowFactor: 2, maxRetries: 4 },
  }
  const transport = new StreamableHTTPClientTransport(url, { fetch, requestInit, reconnectionOptions })
  const leave = async () => {
    await within(AbortSignal.timeout(farewell), transport.terminateSession()).catch(() => {})
  }
  return { transport, why: () => undefined, leave, release }
}

const nothing = async () => {}

/** What is wrong; where a name has several addresses, and none of them can be reached, what is with each. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error instanceof AggregateError ? error.errors.map(reasonOf).join(', ') : error.message
}
