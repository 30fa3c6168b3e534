import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import {
  CallToolRequestSchema,
  type CallToolResult,
  ListToolsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { didYouMean } from '../../lib/suggest.ts'
import type { Client } from '../sdk/client.ts'
import { failureOf, failureText } from './failure.ts'
import type { Part } from './part.ts'
import { Rests } from './rests.ts'
import type { Tool } from './tool.ts'
import type { Fields } from './tool-call.ts'
import { ToolError } from './tool-error.ts'
import { instructions } from './words.ts'

export type McpServerOptions = {
  readonly version: string
  readonly tools: readonly Tool[]
  /** The server's client, made when a call needs it. */
  readonly connections: { client(): Promise<Client>; readonly tokenFrom: string }
  /** Tells of a bug: to people, never to the protocol. */
  readonly report: (error: unknown) => void
}

export type McpServer = {
  readonly server: Server
  /** Resolves once the calls that are in progress now have been answered. */
  readonly settled: () => Promise<unknown>
}

/**
 * The tools over MCP. A call that fails is a result that says so: only what is no MCP at all becomes an error of the
 * protocol. The SDK's low-level server, because it takes the contract's schemas as they are.
 */
export function createMcpServer({ version, tools, connections, report }: McpServerOptions): McpServer {
  const server = new Server(
    { name: 'debug-server', title: 'Debug Server', version },
    { capabilities: { tools: {} }, instructions },
  )
  const rests = new Rests()
  const inProgress = new Set<Promise<unknown>>()
  const byName = new Map(tools.map(tool => [tool.name, tool]))

  const call = async (name: string, given: Fields, signal: AbortSignal): Promise<Part> => {
    const tool = byName.get(name)
    if (tool === undefined)
      throw new ToolError(
        'unknown_tool',
        `there is no tool "${name.slice(0, 100)}"`,
        didYouMean(name, byName.keys()) ?? 'tools/list tells the tools',
      )
    const client = await connections.client()
    return await tool.run(given, { tool: name, client, signal, rests })
  }

  const answer = async (name: string, given: Fields, signal: AbortSignal): Promise<CallToolResult> => {
    try {
      return success(await call(name, given, signal))
    } catch (error) {
      // Nobody waits for the answer any more.
      signal.throwIfAborted()
      const failure = failureOf(error, connections.tokenFrom)
      if (failure === undefined) report(error)
      return refusal(failureText(failure ?? bug))
    }
  }

  server.setRequestHandler(ListToolsRequestSchema, () => ({
    tools: tools.map(({ run: _, outputSchema, ...tool }) => ({
      ...tool,
      ...(outputSchema === undefined ? {} : { outputSchema }),
    })),
  }))
  server.setRequestHandler(CallToolRequestSchema, async ({ params }, { signal }) => {
    const answering = answer(params.name, params.arguments ?? {}, signal)
    inProgress.add(answering)
    try {
      return await answering
    } finally {
      inProgress.delete(answering)
    }
  })
  return { server, settled: () => Promise.allSettled(inProgress) }
}

const bug = {
  code: 'internal',
  detail: 'this program made a mistake; what it was stands on its standard error',
  fix: undefined,
}

function success({ value, cursor }: Part): CallToolResult {
  const structuredContent = cursor === undefined ? { ...value } : { ...value, cursor }
  return { content: [{ type: 'text', text: JSON.stringify(structuredContent) }], structuredContent }
}

const refusal = (text: string): CallToolResult => ({ content: [{ type: 'text', text }], isError: true })
