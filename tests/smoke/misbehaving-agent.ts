import { chmodSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Owner, room, write } from './room.ts'

const client = resolve(import.meta.dirname, '../../smoke/agents/mcp-client.ts')

/**
 * A program in the place of Codex that really calls tools of the gateway it is told of, and tells so in Codex's events. `deeds` is what it
 * does: JavaScript with `call(tool, arguments)`, `say(text)` and `over()`.
 */
export function misbehavingAgent(owner: Owner, deeds: string): string {
  const path = join(room(owner), 'codex')
  write(
    path,
    `#!${process.execPath}
import { execFileSync, spawn } from 'node:child_process'
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connectMcp } from ${JSON.stringify(client)}

const [, url] = /^url = "(.*)"$/m.exec(readFileSync(process.env.CODEX_HOME + '/config.toml', 'utf8'))
const signal = AbortSignal.timeout(60_000)
await using mcp = await connectMcp({ url, token: process.env.MCP_BEARER_GATEWAY, signal })
const tell = event => console.log(JSON.stringify(event))
let calls = 0
const call = async (tool, input = {}) => {
  const item = { id: 'item_' + calls++, type: 'mcp_tool_call', server: 'gateway', tool, arguments: input }
  const ended = await mcp.client.callTool({ name: tool, arguments: input }).then(
    ({ content, isError }) => ({ status: isError ? 'failed' : 'completed', result: { content } }),
    error => ({ status: 'failed', error: { message: String(error) } }),
  )
  tell({ type: 'item.completed', item: { ...item, ...ended } })
}
const say = text => tell({ type: 'item.completed', item: { id: 'said', type: 'agent_message', text } })
const over = () => tell({ type: 'turn.completed' })
${deeds}
`,
  )
  chmodSync(path, 0o755)
  return path
}
