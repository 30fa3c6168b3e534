import { resolve } from 'node:path'
import { packageVersion } from '../../config/package.ts'
import { fileReason } from '../../lib/file-reason.ts'
import { UserError } from '../../lib/user-error.ts'
import { type CommandLine, commandLine } from './command-line.ts'
import { Connections } from './connections.ts'
import { createTools } from './tools.ts'

const ending = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => ending.abort())
const log = (text: string): void => void process.stderr.write(`debug-server mcp: ${text}\n`)
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whoever spoke to us is gone; what is left to do is to end.
  if (error.code === 'EPIPE') return ending.abort()
  log(`standard output cannot be written: ${fileReason(error)}`)
  process.exit(1)
})
process.stderr.on('error', () => {})
const report = (error: unknown): void =>
  log(error instanceof Error ? (error.stack ?? error.message) : String(error))

async function main({ mode, flags, config }: CommandLine): Promise<number> {
  const { stdin, stdout, stderr } = process
  const { signal } = ending
  const directory = process.cwd()
  const place = {
    environment: process.env,
    directory,
    platform: process.platform,
    root: resolve(import.meta.dirname, '../..'),
    ...(config === undefined ? {} : { configFile: resolve(directory, config) }),
  }
  switch (mode.kind) {
    case 'stdio': {
      const { serve } = await import('./serve.ts')
      if (stdin.isTTY)
        log('this speaks MCP over standard input and output, for an agent to start; end it with Ctrl+D')
      await serve({ place, flags, stdin, stdout, log, report, signal })
      return 0
    }
    case 'http': {
      const { serveHttp } = await import('./http/serve-http.ts')
      await serveHttp({ place, flags, port: mode.port, bearerFile: mode.bearerFile, log, report, signal })
      return 0
    }
    case 'manifest': {
      const { manifest } = await import('./manifest.ts')
      stdout.write(`${JSON.stringify(manifest(packageVersion(), createTools()), null, 2)}\n`)
      return 0
    }
    case 'tool': {
      const { callOnce } = await import('./call-once.ts')
      await using connections = new Connections(place, flags, 'everyCall')
      const { name, args } = mode
      return await callOnce({
        ...{ tools: createTools(), connections, report },
        ...{ name, args, stdin, stdout, stderr, signal },
      })
    }
  }
}

try {
  process.exitCode = await main(commandLine(process.argv.slice(2)))
} catch (error) {
  if (ending.signal.aborted) process.exitCode = 130
  else if (error instanceof UserError) {
    process.stderr.write(`error: ${error.toText()}\n`)
    process.exitCode = 2
  } else throw error
}
