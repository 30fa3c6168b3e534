import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js'
import {
  CallToolRequestSchema,
  type CallToolResult,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
  type ServerNotification,
  type ServerRequest,
} from '@modelcontextprotocol/sdk/types.js'
import { operationNames, performOperation } from '../operations/operations.ts'
import type { Place } from '../operations/place.ts'
import { calledWith, manageTool, toolName } from './tool.ts'

export type ManagerServerOptions = {
  readonly version: string
  readonly place: Place
  /** Tells of a bug, in full. */
  readonly report: (error: unknown) => void
  /** How often a client that wants to hear of the progress is told that it goes on, in milliseconds. */
  readonly progressEvery?: number
}

/** The manager over MCP, for one client. Whether that may use it is the gateway's to say. */
export function createManagerServer({
  version,
  place,
  report,
  progressEvery = 5_000,
}: ManagerServerOptions): Server {
  const server = new Server({ name: 'debug-server-manager', version }, { capabilities: { tools: {} } })
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: [manageTool()] }))
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, extra): Promise<CallToolResult> => {
    const { signal } = extra
    if (params.name !== toolName)
      throw new McpError(ErrorCode.InvalidParams, `there is no tool "${params.name.slice(0, 100)}"`)
    const called = calledWith(params.arguments ?? {})
    if (called === undefined)
      return failure(`the argument operation is missing; it is one of: ${operationNames.join(', ')}`)
    // npm may be silent for longer than a client waits without a word.
    using _ = tellProgress(extra, called.operation, progressEvery)
    try {
      const envelope = await performOperation(called.operation, called.params, {
        ...place,
        signal: AbortSignal.any([place.signal, signal]),
      })
      return {
        content: [{ type: 'text', text: JSON.stringify(envelope) }],
        structuredContent: { ...envelope },
        isError: envelope.status === 'error',
      }
    } catch (error) {
      signal.throwIfAborted()
      report(error)
      return failure(`the manager made a mistake: ${error instanceof Error ? error.message : error}`)
    }
  })
  return server
}

function tellProgress(
  { _meta, sendNotification }: RequestHandlerExtra<ServerRequest, ServerNotification>,
  operation: string,
  every: number,
): Disposable {
  const progressToken = _meta?.progressToken
  if (progressToken === undefined) return { [Symbol.dispose]() {} }
  let progress = 0
  const timer = setInterval(() => {
    progress += 1
    const message = `${operation.slice(0, 100)} is at work`
    // Who is gone is not told; the call ends by its signal.
    sendNotification({
      method: 'notifications/progress',
      params: { progressToken, progress, message },
    }).catch(() => {})
  }, every)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

const failure = (text: string): CallToolResult => ({ content: [{ type: 'text', text }], isError: true })
