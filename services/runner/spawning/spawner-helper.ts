import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { processEntry } from '../../../lib/processes/process-table.ts'
import type { StartedProcess, StartRequest } from './started-process.ts'

const spawnerFile = join(import.meta.dirname, 'spawner.py')

/** In milliseconds. */
export type HelperLimits = {
  /** How long it may take to begin. Nobody waits for that. */
  readonly beginMs: number
  /** How long it may take to start a program. */
  readonly startMs: number
  /** How long it may take to tell of an end; twice as long at the most. */
  readonly tellMs: number
}

type Answer = { pid: number } | { error: string } | 'unopened' | 'untold'

/** What it says of a program, by the number of its request: see spawner.py. */
type Told = { id: number } & (Exclude<Answer, string> | { unopened: true } | { code: number | null })

type Started = {
  readonly answered: (answer: Answer) => void
  readonly ended: (code: number | null | 'untold') => void
  /** Of what it has started. */
  pid?: number
  /** It had gone when it was looked at last, which had not been told. */
  isOwed?: boolean
}

/** `spawner.py` at work. */
export class SpawnerHelper {
  readonly #child: ChildProcess
  readonly #limits: HelperLimits
  readonly #started = new Map<number, Started>()
  readonly gone: Promise<void>
  #closed = false
  #last = 0

  private constructor(child: ChildProcess, limits: HelperLimits) {
    this.#child = child
    this.#limits = limits
    const looking = setInterval(() => this.#look(), limits.tellMs).unref()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.gone = promise
    child.once('close', () => {
      this.#closed = true
      clearInterval(looking)
      for (const { answered, ended } of this.#started.values()) {
        answered('untold')
        ended('untold')
      }
      this.#started.clear()
      resolve()
    })
  }

  /** Undefined where it cannot be used. Rejects where the system has no room for another process. */
  static async begin(
    python: string,
    limits: HelperLimits,
    signal: AbortSignal,
  ): Promise<SpawnerHelper | undefined> {
    if (signal.aborted) return undefined
    const child = spawn(python, ['-I', '-S', '-X', 'utf8', spawnerFile], {
      cwd: '/',
      env: {},
      detached: true,
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    const helper = new SpawnerHelper(child, limits)
    child.unref()
    child.stdin?.on('error', () => undefined) // it is gone, which is told otherwise
    const { promise, resolve } = Promise.withResolvers<boolean>()
    child.once('error', () => resolve(false))
    helper.gone.then(() => resolve(false))
    const giveUp = () => resolve(false)
    const timer = setTimeout(giveUp, limits.beginMs)
    signal.addEventListener('abort', giveUp)
    if (child.stdout !== null)
      createInterface(child.stdout).on('line', line => {
        const told = toldIn(line)
        if (told === undefined) child.kill('SIGKILL')
        else if ('ready' in told) resolve(true)
        else helper.#hear(told)
      })
    const usable = await promise
    clearTimeout(timer)
    signal.removeEventListener('abort', giveUp)
    if (usable) return helper
    child.kill('SIGKILL')
    return undefined
  }

  /** `unopened`: it cannot open what the program is to have, or has gone; `untold`: it did not live to tell. */
  async start({
    words,
    environment,
    directory,
    descriptors,
  }: StartRequest): Promise<StartedProcess | 'unopened' | 'untold'> {
    if (this.#closed) return 'unopened'
    const id = ++this.#last
    const answer = Promise.withResolvers<Answer>()
    const end = Promise.withResolvers<number | null | 'untold'>()
    this.#started.set(id, { answered: answer.resolve, ended: end.resolve })
    const paths = descriptors.map(one => (one === 'ignore' ? null : `/proc/${process.pid}/fd/${one}`))
    this.#child.stdin?.write(`${JSON.stringify({ id, words, environment, directory, descriptors: paths })}\n`)
    const timer = setTimeout(() => this.end(), this.#limits.startMs)
    const answered = await answer.promise
    clearTimeout(timer)
    if (typeof answered === 'string') return answered
    if ('error' in answered) {
      this.#started.delete(id)
      throw Object.assign(new Error(answered.error), { code: answered.error })
    }
    return { pid: answered.pid, ended: end.promise }
  }

  /** Ends it also where it is stopped: as long as it is there, so is what it is heard through. */
  end(): void {
    this.#child.kill('SIGKILL')
  }

  #hear(told: Told): void {
    const started = this.#started.get(told.id)
    if ('code' in told) {
      this.#started.delete(told.id)
      started?.ended(told.code)
    } else if ('unopened' in told) {
      this.#started.delete(told.id)
      started?.answered('unopened')
    } else if (started !== undefined) {
      if ('pid' in told) started.pid = told.pid
      started.answered(told)
    }
  }

  /** One that is stopped tells nothing, and whoever waits for the end of a program would wait as long. */
  #look(): void {
    let isSilent = false
    for (const started of this.#started.values()) {
      const isOver = started.pid !== undefined && (processEntry(started.pid)?.zombie ?? true)
      isSilent ||= isOver && started.isOwed === true
      started.isOwed = isOver
    }
    if (isSilent) this.end()
  }
}

/** Undefined for what the helper never says: what was begun is something else, such as a script that looks for Python. */
function toldIn(line: string): Told | { ready: true } | undefined {
  try {
    const told = JSON.parse(line)
    return typeof told === 'object' && told !== null ? told : undefined
  } catch {
    return undefined
  }
}
