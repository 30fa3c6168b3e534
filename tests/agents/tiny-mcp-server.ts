/**
 * The least that is an MCP server over stdio, for tests of the rig alone: `echo` gives its text back, `refuse` answers
 * with an error, `hang` never answers and keeps the process busy past the end of its stdin.
 */
import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'

const object = (properties: Record<string, unknown>) => ({ type: 'object', properties })
const tools = [
  { name: 'echo', description: 'gives its text back', inputSchema: object({ text: { type: 'string' } }) },
  { name: 'refuse', description: 'answers with an error', inputSchema: object({}) },
  { name: 'hang', description: 'never answers', inputSchema: object({}) },
]

function answer(method: string, parameters: { [name: string]: unknown }): unknown {
  switch (method) {
    case 'initialize':
      return {
        protocolVersion: parameters.protocolVersion,
        capabilities: { tools: {} },
        serverInfo: { name: 'tiny', version: '1' },
      }
    case 'tools/list':
      return { tools }
    case 'tools/call':
      return callTool(parameters)
    default:
      return {}
  }
}

function callTool({ name, arguments: input }: { [name: string]: unknown }): unknown {
  const content = (text: unknown) => [{ type: 'text', text: String(text) }]
  switch (name) {
    case 'echo':
      return { content: content(Object(input).text) }
    case 'refuse':
      return { content: content('not today'), isError: true }
    default:
      setInterval(() => {}, 1_000)
      return undefined
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params } = JSON.parse(line)
  const result = id === undefined ? undefined : answer(method, params ?? {})
  if (result !== undefined) writeSync(1, `${JSON.stringify({ jsonrpc: '2.0', id, result })}\n`)
}
