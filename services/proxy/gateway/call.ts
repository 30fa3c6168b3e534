import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js'
import {
  ErrorCode,
  McpError,
  type Progress,
  type Request,
  type Result,
  type ServerNotification,
  type ServerRequest,
} from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'
import type { ServerSettings } from '../../../config/mcp/schema.ts'
import { nestsDeeper } from '../../../lib/nesting.ts'
import { callTime } from './call-time.ts'
import type { LogMessages } from './log-messages.ts'
import type { Asker } from './upstream/askers.ts'
import type { Upstream } from './upstream/upstream.ts'
import { UpstreamError } from './upstream/upstream-error.ts'

export type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>

/** What comes is handed on as it is. */
const anything = z.looseObject({})
/** How deep arguments and results may nest. */
const deepest = 128
/** Progress is told to a client at most so often, in milliseconds: the next one says more. */
const progressInterval = 20
/** The longest message with it, in characters: what a client does not read has to be held for it. */
const longestMessage = 1_000

export type Call = {
  readonly upstream: Upstream
  readonly settings: ServerSettings
  readonly request: { readonly method: string; readonly params: Record<string, unknown> }
  readonly asker: Asker
  readonly extra: Extra
}

/**
 * Asks a server what a client has asked: with the client's wish to be told of the progress, and to give up. Rejects with an
 * UpstreamError, or with the server's own answer where that is an error.
 */
export async function callUpstream({
  upstream,
  settings,
  request,
  asker,
  extra,
}: Call): Promise<Record<string, unknown>> {
  const { name } = upstream
  if (nestsDeeper(request.params, deepest))
    throw new McpError(ErrorCode.InvalidParams, `the arguments nest more than ${deepest} deep`)
  const { silent, longest } = callTime(settings)
  const answer = await upstream.use(asker, extra.signal, client =>
    client.request(request, anything, {
      ...{ timeout: silent, maxTotalTimeout: longest, resetTimeoutOnProgress: true },
      signal: extra.signal,
      onprogress: progressTo(extra),
    }),
  )
  if (nestsDeeper(answer, deepest))
    throw new UpstreamError('bad_answer', `the answer of the server ${name} nests more than ${deepest} deep`)
  return answer
}

function progressTo({ _meta, sendNotification }: Extra): (progress: Progress) => void {
  const progressToken = _meta?.progressToken
  if (progressToken === undefined) return () => {}
  let last = Number.NEGATIVE_INFINITY
  let isOver = false
  return ({ progress, total, message }) => {
    const now = performance.now()
    const isLast = total !== undefined && progress >= total
    if (now - last < progressInterval && (!isLast || isOver)) return
    last = now
    isOver = isLast
    const params = {
      ...{ progressToken, progress },
      ...(total === undefined ? {} : { total }),
      ...(message === undefined ? {} : { message: message.slice(0, longestMessage) }),
    }
    // Who is gone is not told; the call ends by its signal.
    sendNotification({ method: 'notifications/progress', params }).catch(() => {})
  }
}

export type AskerOptions = {
  readonly session: string
  readonly server: string
  readonly messages: LogMessages
  readonly canBeAsked: (method: string) => boolean
  readonly timeout: number
}

/** The client of a call, as a server can ask it something while it waits. */
export const askerOf = (
  { session, server, messages, canBeAsked, timeout }: AskerOptions,
  { sendRequest, sendNotification }: Extra,
): Asker => ({
  session,
  level: messages.level,
  log(message) {
    for (const params of messages.told(server, message))
      sendNotification({ method: 'notifications/message', params }).catch(() => {})
  },
  async ask({ method, params }: Request, signal: AbortSignal): Promise<Result> {
    if (!canBeAsked(method))
      throw new McpError(ErrorCode.MethodNotFound, `the client that calls this server offers no ${method}`)
    // What it is handed on as was parsed as one of these.
    return await sendRequest({ method, params } as ServerRequest, anything, { signal, timeout })
  },
})

/** An error of a server as it put it: the SDK writes its code in front. */
export const ownWords = ({ code, message, data }: McpError): McpError =>
  new McpError(code, message.replace(/^(?:MCP error -?\d+: )+/, ''), data)
