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

// Where Node keeps compiled code is told to this program alone, and not to what it has installed.
const { NODE_COMPILE_CACHE: _, ...environment } = process.env
const server = createManagerServer({
  version: packageVersion(),
  place: { root: process.cwd(), environment, signal: ending.signal, now: Date.now },
  report: error => void process.stderr.write(`manager: ${error instanceof Error ? error.stack : error}\n`),
})
await server.connect(new StdioServerTransport())
if (!ending.signal.aborted) await once(ending.signal, 'abort')
await server.close()
process.stdin.destroy()
