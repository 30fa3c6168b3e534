import { resolve } from 'node:path'
import { UserError } from '../../lib/user-error.ts'
import { connectionFlags } from './arguments.ts'
import { serve } from './serve.ts'

const ending = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => ending.abort())
// Whoever spoke to us is gone; what is left to do is to end.
process.stderr.on('error', () => {})
const log = (text: string): void => void process.stderr.write(`debug-server mcp: ${text}\n`)

try {
  const flags = connectionFlags(process.argv.slice(2))
  if (process.stdin.isTTY)
    log('this speaks MCP over standard input and output, for an agent to start; end it with Ctrl+D')
  await serve({
    place: {
      environment: process.env,
      directory: process.cwd(),
      platform: process.platform,
      root: resolve(import.meta.dirname, '../..'),
    },
    flags,
    stdin: process.stdin,
    stdout: process.stdout,
    log,
    signal: ending.signal,
  })
} catch (error) {
  if (!(error instanceof UserError)) throw error
  process.stderr.write(`error: ${error.toText()}\n`)
  process.exitCode = 2
}
