import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Readable, Writable } from 'node:stream'
import type { Io } from '../../../client/cli/io.ts'
import { run } from '../../../client/cli/run.ts'

/** Of the samples' instants: one minute before this. */
export const now = Date.parse('2026-01-02T03:05:05.678Z')

export type Options = {
  readonly environment?: Record<string, string>
  readonly directory?: string
  readonly stdin?: string
  /** Whether the three streams are terminals, and how wide. */
  readonly terminal?: number
  readonly root?: string
  readonly signal?: AbortSignal
  /** The clock; default: it stands still. */
  readonly now?: () => number
}

export type Result = { readonly code: number; readonly stdout: string; readonly stderr: string }

/** A package that was never started, so that the real one's server is not found by accident. */
const nowhere = resolve(import.meta.dirname, 'no-package-here')

/** Runs the command line in this process, against streams, variables and a clock of the test's own. */
export async function cli(args: readonly string[], options: Options = {}): Promise<Result> {
  const { environment = {}, directory = tmpdir(), stdin = '', terminal, root = nowhere } = options
  const written = { stdout: '', stderr: '' }
  const output = (name: 'stdout' | 'stderr') =>
    Object.assign(
      new Writable({
        write(chunk: Buffer, _, done) {
          written[name] += chunk.toString('latin1')
          done()
        },
      }),
      terminal === undefined ? {} : { isTTY: true, columns: terminal },
    )
  const io: Io = {
    stdin: Object.assign(Readable.from([Buffer.from(stdin)]), terminal === undefined ? {} : { isTTY: true }),
    stdout: output('stdout'),
    stderr: output('stderr'),
    environment,
    directory,
    platform: 'linux',
    root,
    signal: options.signal ?? new AbortController().signal,
    now: options.now ?? (() => now),
  }
  const code = await run(args, io)
  const text = (name: 'stdout' | 'stderr') => Buffer.from(written[name], 'latin1').toString('utf8')
  return { code, stdout: text('stdout'), stderr: text('stderr') }
}

/** The variables that point the command line at a server. */
export const at = (url: string): Record<string, string> => ({
  DEBUG_SERVER_URL: url,
  DEBUG_SERVER_TOKEN: 'secret',
})

/** A directory of the test's own, removed when it ends. */
export async function temporary(t: { teardown(ends: () => Promise<void>): void }): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'debug-server-client-'))
  t.teardown(() => rm(path, { recursive: true, force: true }))
  return path
}
