import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import {
  CallToolRequestSchema,
  type CallToolResult,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
} from '@modelcontextprotocol/sdk/types.js'
import { operationNames, performOperation } from '../operations/operations.ts'
import type { Place } from '../operations/place.ts'
import { calledWith, manageTool, toolName } from './tool.ts'

export type ManagerServerOptions = {
  readonly version: string
  readonly place: Place
  /** Tells of a bug: to people, never to the protocol. */
  readonly report: (error: unknown) => void
}

/** The manager over MCP, for one client. Whether that may use it is the gateway's to say. */
export function createManagerServer({ version, place, report }: ManagerServerOptions): Server {
  const server = new Server({ name: 'debug-server-manager', version }, { capabilities: { tools: {} } })
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: [manageTool()] }))
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, { signal }): Promise<CallToolResult> => {
    if (params.name !== toolName)
      throw new McpError(ErrorCode.InvalidParams, `there is no tool "${params.name.slice(0, 100)}"`)
    const called = calledWith(params.arguments ?? {})
    if (called === undefined)
      return failure(`the argument operation is missing; it is one of: ${operationNames.join(', ')}`)
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
      return failure('the manager made a mistake, which is in the log of the proxy')
    }
  })
  return server
}

const failure = (text: string): CallToolResult => ({ content: [{ type: 'text', text }], isError: true })
