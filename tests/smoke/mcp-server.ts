import { once } from 'node:events'
import { createServer } from 'node:http'
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import type { Owner } from './room.ts'

/** An MCP server with two pages of tools: one adds, one refuses, one never answers. */
export async function mcpServer(owner: Owner) {
  const asked: (string | undefined)[] = []
  const http = createServer(async (request, response) => {
    asked.push(request.headers.authorization)
    const server = new Server({ name: 'test', version: '1' }, { capabilities: { tools: {} } })
    const tool = (name: string) => ({ name, inputSchema: { type: 'object' as const } })
    server.setRequestHandler(ListToolsRequestSchema, ({ params }) =>
      params?.cursor === undefined
        ? { tools: [tool('add'), tool('refuse')], nextCursor: 'more' }
        : { tools: [tool('hang')] },
    )
    server.setRequestHandler(CallToolRequestSchema, async ({ params: { name, arguments: input = {} } }) => {
      if (name === 'refuse') return { content: [{ type: 'text', text: 'not today' }], isError: true }
      if (name === 'hang') await new Promise(() => {})
      const sum = Number(input.a) + Number(input.b)
      return { content: [{ type: 'text', text: String(sum) }], structuredContent: { sum } }
    })
    const transport = new StreamableHTTPServerTransport({})
    // biome-ignore lint/suspicious/noExplicitAny: the library's own types disagree under exactOptionalPropertyTypes
    await server.connect(transport as any)
    await transport.handleRequest(request, response)
  }).listen(0, '127.0.0.1')
  owner.teardown(() => {
    http.close()
    http.closeAllConnections()
  })
  await once(http, 'listening')
  const address = http.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { asked, port: address.port, url: `http://127.0.0.1:${address.port}/mcp` }
}
