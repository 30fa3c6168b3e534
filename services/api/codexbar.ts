import type { ChildProcess } from 'node:child_process'
import { errorCode } from '../../lib/error-code.ts'
import { ProcessScope, scopeVariable } from '../../lib/processes/process-scope.ts'
import { sharedRun } from '../../lib/shared-run.ts'
import { bodyBounds, jsonExcess } from './limits/json-shape.ts'

/** What codexbar tells: an object or a list, in a form of its own. */
export type Usage = Record<string, unknown> | unknown[]

export type UsageAnswer =
  | { readonly outcome: 'told'; readonly usage: Usage }
  | { readonly outcome: 'absent' }
  | { readonly outcome: 'late' }
  /** For the log: it may name paths and accounts. */
  | { readonly outcome: 'failed'; readonly said: string }

/** Its versions differ in the flags that they take; the first that is answered with JSON counts. */
const variants: readonly (readonly string[])[] = [
  ['usage', '--provider', 'all', '--source', 'cli', '--format', 'json'],
  ['usage', '--json'],
  ['usage'],
]

/** In characters. */
const mostSaid = 1024 * 1024
const mostOfErrors = 2_000

export type CodexbarDependencies = {
  /** Of the host: PATH, and where codexbar finds its accounts. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** For all variants together. */
  readonly deadlineMs: number
}

/** Asks the program `codexbar`, once at a time: whoever asks meanwhile is told the same. */
export class Codexbar implements AsyncDisposable {
  readonly #environment: Readonly<Record<string, string | undefined>>
  readonly #deadlineMs: number
  readonly #stop = new AbortController()
  readonly usage = sharedRun(() => this.#ask())

  constructor({ environment, deadlineMs }: CodexbarDependencies) {
    this.#environment = Object.fromEntries(Object.entries(environment).filter(([name]) => isForIt(name)))
    this.#deadlineMs = deadlineMs
  }

  /** What it has started is gone afterwards. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.usage()
  }

  async #ask(): Promise<UsageAnswer> {
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(this.#deadlineMs)])
    let said = ''
    for (const words of variants) {
      const run = await this.#run(words, signal)
      if (signal.aborted) return { outcome: 'late' }
      if (run === undefined) return { outcome: 'absent' }
      const usage = usageIn(run.stdout)
      if (usage !== undefined) return { outcome: 'told', usage }
      said ||= run.stderr
    }
    return { outcome: 'failed', said }
  }

  /** Until it has ended, has said too much, or is late; undefined where there is no such program. */
  async #run(words: readonly string[], signal: AbortSignal): Promise<Said | undefined> {
    if (signal.aborted) return { stdout: '', stderr: '' }
    await using scope = new ProcessScope({ graceMs: 500 })
    const child = scope.spawn('codexbar', words, {
      cwd: '/',
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    return await saidBy(child, signal)
  }
}

type Said = { readonly stdout: string; readonly stderr: string }

function saidBy(child: ChildProcess, signal: AbortSignal): Promise<Said | undefined> {
  const { promise, resolve } = Promise.withResolvers<Said | undefined>()
  let stdout = ''
  let stderr = ''
  const over = () => resolve({ stdout, stderr })
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    if (stdout.length <= mostSaid) return
    stdout = ''
    stderr = `more than ${mostSaid} characters`
    over()
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(0, mostOfErrors)
  })
  child.once('error', error => {
    stderr = error.message
    if (errorCode(error) === 'ENOENT') resolve(undefined)
    else over()
  })
  child.once('close', over)
  signal.addEventListener('abort', over, { once: true })
  return promise.finally(() => signal.removeEventListener('abort', over))
}

function usageIn(text: string): Usage | undefined {
  if (jsonExcess(text, bodyBounds) !== undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Usage) : undefined
  } catch {
    return undefined
  }
}

/** Nothing of this server's: a setting of it may be a secret. The mark of who owns this process stays. */
const isForIt = (name: string): boolean => name === scopeVariable || !name.startsWith('DEBUG_SERVER_')
