import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { buffer } from 'node:stream/consumers'

const own = resolve(import.meta.dirname, '../../../client/cli/bin.mjs')

export type ChildOptions = {
  readonly environment: Readonly<Record<string, string>>
  readonly directory: string
  readonly stdin?: string
  /** Default: that of this checkout. */
  readonly bin?: string
  readonly started?: (child: ChildProcess) => void
}

export type Ended = { readonly code: number | null; readonly stdout: Buffer; readonly stderr: string }

/** The command line as a real process, with nothing of this one's environment but PATH. */
export async function child(args: readonly string[], options: ChildOptions): Promise<Ended> {
  const { environment, directory, stdin, started, bin = own } = options
  const process_ = spawn(process.execPath, [bin, ...args], {
    cwd: directory,
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  process_.stdin.end(stdin ?? '')
  started?.(process_)
  const [stdout, stderr, [code]] = await Promise.all([
    // A test may close it before the end.
    buffer(process_.stdout).catch(() => Buffer.alloc(0)),
    buffer(process_.stderr),
    once(process_, 'close'),
  ])
  return { code, stdout, stderr: stderr.toString('utf8') }
}
