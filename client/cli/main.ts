import { resolve } from 'node:path'
import { fileReason } from '../../lib/file-reason.ts'
import { exitCodes } from './exit-codes.ts'
import { Interruption } from './interruption.ts'
import { run } from './run.ts'

const ending = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => ending.abort(new Interruption(signal)))
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // `debug-server … | head`: the reader is gone, and there is nobody to tell.
  if (error.code === 'EPIPE') return ending.abort(new Interruption('SIGPIPE'))
  process.stderr.write(`error: standard output cannot be written: ${fileReason(error)}\n`)
  process.exit(exitCodes.failure)
})
process.stderr.on('error', () => {})

process.exitCode = await run(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  directory: process.cwd(),
  platform: process.platform,
  root: resolve(import.meta.dirname, '../..'),
  signal: ending.signal,
  now: Date.now,
})
