import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { serveCompletions } from './completions.ts'
import { servePrompts } from './prompts/serve.ts'
import { serveResources } from './resources/serve.ts'
import type { Surroundings } from './surroundings.ts'
import type { Tool } from './tool.ts'
import { serveTools } from './tool-answers.ts'
import { instructions } from './words.ts'

export type McpServerOptions = Surroundings & {
  readonly version: string
  readonly tools: readonly Tool[]
}

export type McpServer = {
  readonly server: Server
  /** Resolves once the calls that are in progress now have been answered. */
  readonly settled: () => Promise<unknown>
}

/** What this program calls itself towards its clients. */
export const serverInfo = (version: string) => ({ name: 'debug-server', title: 'Debug Server', version })

/**
 * All that is served over MCP, to one client. A tool that fails answers with a result that says so: only what is no MCP
 * at all, or no result, becomes an error of the protocol. The SDK's low-level server, because it takes the contract's
 * schemas as they are.
 */
export function createMcpServer({ version, tools, ...surroundings }: McpServerOptions): McpServer {
  const capabilities = { tools: {}, resources: {}, prompts: {}, completions: {} }
  const server = new Server(serverInfo(version), { capabilities, instructions })
  const inProgress = new Set<Promise<unknown>>()
  const watch = (answering: Promise<unknown>) => {
    inProgress.add(answering)
    const done = () => inProgress.delete(answering)
    answering.then(done, done)
  }
  serveTools(server, tools, surroundings, watch)
  serveResources(server, surroundings)
  servePrompts(server)
  serveCompletions(server, surroundings)
  return { server, settled: () => Promise.allSettled(inProgress) }
}
