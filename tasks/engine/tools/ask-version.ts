import type { ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'
import { ProcessScope } from '../../../lib/processes/process-scope.ts'
import { Sentinel } from '../../../lib/processes/sentinel.ts'
import { versionIn } from './version-text.ts'

export interface Question {
  readonly path: string
  readonly args: readonly string[]
}

export type Answer =
  | { readonly kind: 'told'; readonly version: string }
  | { readonly kind: 'not-told'; readonly why: string }

export interface Asking {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly deadlineMs: number
  readonly cwd?: string | undefined
  readonly within?: ProcessScope | undefined
  /** Aborted when nobody waits for the answers any more. */
  readonly signal?: AbortSignal | undefined
}

/** More than any program says of its version. */
const longest = 64 * 1024
/** How long a stream may stay open after its program has ended, for a daemon may hold it for ever. */
const drainMs = 100
const graceMs = 200

/**
 * Asks programs for their versions, side by side. All that they started has ended afterwards, and so have those that
 * did not answer in time. This comes before any run, so it has a sentinel of its own.
 */
export async function askVersions(
  questions: readonly Question[],
  { environment, deadlineMs, cwd, within, signal }: Asking,
): Promise<readonly Answer[]> {
  await using sentinel = new Sentinel()
  const scope = new ProcessScope({ graceMs, sentinel, ...(within && { within }) })
  let late = false
  const timer = setTimeout(() => {
    late = true
    void scope.end()
  }, deadlineMs)
  const stop = () => void scope.end()
  signal?.addEventListener('abort', stop)
  if (signal?.aborted) stop()
  try {
    return await Promise.all(
      questions.map(async question => {
        const answer = await ask(scope, question, environment, cwd)
        return late ? { kind: 'not-told', why: `it did not answer within ${deadlineMs / 1_000} s` } : answer
      }),
    )
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', stop)
    await scope.end()
  }
}

async function ask(
  scope: ProcessScope,
  { path, args }: Question,
  env: Readonly<Record<string, string | undefined>>,
  cwd: string | undefined,
): Promise<Answer> {
  const child = scope.spawn(path, args, { cwd, env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const stdout = beginningOf(child.stdout)
  const stderr = beginningOf(child.stderr)
  const end = await untilEnd(child)
  if (end !== 'exited with code 0') {
    const line = (stderr().trim() || stdout().trim()).split('\n', 1)[0]
    return { kind: 'not-told', why: `it ${end}${line ? `: ${line.slice(0, 200)}` : ''}` }
  }
  // Some tell it on stderr, as Java does.
  const version = versionIn(stdout()) ?? versionIn(stderr())
  return version === undefined
    ? { kind: 'not-told', why: 'what it prints holds none' }
    : { kind: 'told', version }
}

function beginningOf(stream: Readable | null): () => string {
  let text = ''
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    if (text.length < longest) text += chunk
  })
  return () => text.slice(0, longest)
}

/** How it ended, in words, once it said all that it had to say. */
function untilEnd(child: ChildProcess): Promise<string> {
  return new Promise(resolve => {
    let drain: NodeJS.Timeout | undefined
    const finish = (words: string) => {
      clearTimeout(drain)
      child.stdout?.destroy()
      child.stderr?.destroy()
      resolve(words)
    }
    child.once('error', error => finish(`cannot be started: ${error.message}`))
    child.once('exit', (code, signal) => {
      const words = signal === null ? `exited with code ${code}` : `was ended by ${signal}`
      drain = setTimeout(() => finish(words), drainMs)
      child.once('close', () => finish(words))
    })
  })
}
