import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import { createMcpServer } from '../../../client/mcp/server.ts'
import { createTools } from '../../../client/mcp/tools.ts'
import { createClient } from '../../../client/sdk/client.ts'
import { type Handlers, type StandIn, standIn } from '../stand-in-server.ts'

export type InProcess = { readonly server: StandIn; readonly client: Client; readonly bugs: unknown[] }

/** The MCP server in this process, spoken to by the official client, before a stand-in for the Debug Server. */
export async function inProcess(
  t: { teardown(ends: () => Promise<void>): void },
  handlers: Handlers,
): Promise<InProcess> {
  const server = await standIn(handlers)
  const bugs: unknown[] = []
  const debugServer = createClient({ baseUrl: server.url, token: 'secret' })
  const { server: mcp } = createMcpServer({
    version: '0.0.0-test',
    tools: createTools(),
    connections: { client: async () => debugServer, tokenFrom: 'the token of the test' },
    report: error => void bugs.push(error),
  })
  const client = new Client({ name: 'test', version: '1.0.0' })
  const [near, far] = InMemoryTransport.createLinkedPair()
  await Promise.all([mcp.connect(far), client.connect(near)])
  // The client learns here what each tool answers with, and holds it to that from then on.
  await client.listTools()
  t.teardown(async () => {
    await client.close()
    await debugServer[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })
  return { server, client, bugs }
}
