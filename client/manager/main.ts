import { once } from 'node:events'
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js'
import { packageVersion } from '../../config/package.ts'
import { createManagerServer } from './server/manager-server.ts'

/** The manager as a program that the gateway starts, in the workspace that it is about: MCP on standard input and output. */
const ending = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => ending.abort())
process.stdout.on('error', () => ending.abort())
process.stdin.once('close', () => ending.abort())
process.stdin.once('end', () => ending.abort())

const server = createManagerServer({
  version: packageVersion(),
  place: { root: process.cwd(), environment: process.env, signal: ending.signal, now: Date.now },
  report: error => void process.stderr.write(`manager: ${error instanceof Error ? error.stack : error}\n`),
})
await server.connect(new StdioServerTransport())
if (!ending.signal.aborted) await once(ending.signal, 'abort')
await server.close()
process.stdin.destroy()
