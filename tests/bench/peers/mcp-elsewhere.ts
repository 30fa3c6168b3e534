import { createServer } from 'node:http'
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { McpSessions } from '../../../lib/mcp/mcp-sessions.ts'
import { listen } from '../../services/proxy/rig.ts'
import { tellAddress } from './told.ts'

/** An MCP server over Streamable HTTP with one tool, which gives back what it is given. */
const sessions = new McpSessions({
  create: () => {
    const server = new Server({ name: 'elsewhere', version: '1' }, { capabilities: { tools: {} } })
    server.setRequestHandler(ListToolsRequestSchema, () => ({
      tools: [{ name: 'echo', inputSchema: { type: 'object' } }],
    }))
    server.setRequestHandler(CallToolRequestSchema, ({ params }) => ({
      content: [{ type: 'text', text: JSON.stringify(params.arguments) }],
    }))
    return { server }
  },
  ...{ most: 100, idleMs: 600_000, longestMessage: 1_000_000 },
})
const http = createServer((request, response) => void sessions.answer(request, response, { owner: '' }))
const port = await listen(http)
await tellAddress({ url: `http://127.0.0.1:${port}`, headers: {} })
process.exit()
