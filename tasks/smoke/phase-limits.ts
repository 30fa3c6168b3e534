import { setTimeout as delay } from 'node:timers/promises'
import { shellWords } from '../../lib/shell-words.ts'
import type { TaskContext } from '../engine/context.ts'
import { type Limits, LimitWatch } from '../engine/running/limits.ts'

type Given = Pick<TaskContext, 'log' | 'progress' | 'exec' | 'signal' | 'scope'>

/** What a phase is given in the place of the engine's, and how it says what it was answered. */
export type Watched = Omit<Given, 'scope'> & { readonly answered: (line: string) => void }

/** Of what was said, the last lines. */
const kept = 40

/** How long a work that was given up may take to leave, in milliseconds. */
const leavingMs = 5_000

/**
 * Does the work of a phase within limits that are held here and not by the engine, which ends all of a task first: `failed` is
 * told with what was said last while everything is still at work, and only then are the work and its processes ended. Not told where
 * the signal of the task itself is aborted.
 */
export async function withinLimits(
  limits: Limits,
  context: Given,
  work: (watched: Watched) => Promise<void>,
  failed: (error: unknown, said: readonly string[]) => Promise<void>,
): Promise<void> {
  const control = new AbortController()
  const said: string[] = []
  const note = (line: string) => {
    said.push(line)
    if (said.length > kept) said.shift()
  }
  const { promise: late, reject } = Promise.withResolvers<never>()
  late.catch(() => {})
  using watch = new LimitWatch(limits, reject)
  const heard = (line?: string) => {
    watch.hear()
    if (line !== undefined) note(line)
  }
  const working = work({
    signal: AbortSignal.any([context.signal, control.signal]),
    answered: heard,
    log: line => {
      heard(line)
      context.log(line)
    },
    progress: text => {
      heard()
      context.progress(text)
    },
    exec: (file, args, options) => {
      note(`$ ${shellWords([file, ...(args ?? [])])}`)
      return context.exec(file, args, { ...options, heard })
    },
  })
  try {
    await Promise.race([working, late])
  } catch (error) {
    const left = working.catch(() => {})
    if (!context.signal.aborted) await failed(error, said)
    control.abort(error)
    await context.scope.end()
    await Promise.race([left, delay(leavingMs, undefined, { ref: false })])
    throw error
  }
}
