import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { serveCompletions } from './completions.ts'
import { InProgress } from './in-progress.ts'
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
  /** Resolves once what is asked for now has been answered. */
  readonly settled: () => Promise<void>
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
  const inProgress = new InProgress()
  serveTools(server, tools, surroundings, inProgress)
  serveResources(server, surroundings, inProgress)
  servePrompts(server)
  serveCompletions(server, surroundings, inProgress)
  return { server, settled: () => inProgress.settled() }
}
