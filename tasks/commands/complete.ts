import { availableParallelism } from 'node:os'
import { inspect } from 'node:util'
import { shellAnswer } from '../../lib/completion/shell-answer.ts'
import { completionsFor } from '../engine/completion/completions-for.ts'
import { CompletionWorld } from './completion-world.ts'

/** A Taskfile that takes longer to load is done without: nobody waits that long for a TAB. */
const patienceMs = 3_000

/**
 * `task --complete bash BREAKS LINE`, `task --complete zsh|fish WORD…`: what the scripts ask at each TAB, with the word at
 * the cursor last. Runs no task. Its answer is all that is ever written, whatever a Taskfile writes, throws or leaves
 * running, and the exit code is 0.
 */
export async function complete(words: readonly string[]): Promise<never> {
  const write = process.stdout.write.bind(process.stdout)
  const tell = process.stderr.write.bind(process.stderr)
  process.stdout.write = process.stderr.write = dropped
  process.on('uncaughtException', () => {})
  process.on('exit', () => {
    process.exitCode = 0
  })
  const deadline = new Promise<undefined>(resolve => setTimeout(() => resolve(undefined), patienceMs))
  const world = new CompletionWorld(process.cwd(), availableParallelism(), deadline)
  try {
    const answer = await shellAnswer(words, (typed, at) => completionsFor(typed, at, world))
    await new Promise<void>(resolve => write(answer, () => resolve()))
    await world.keep()
  } catch (error) {
    // No place to tell of a bug, but to who looks for one.
    if (/\btask\b/.test(process.env.NODE_DEBUG ?? '')) tell(`${inspect(error)}\n`)
  }
  process.exit(0)
}

const dropped: typeof process.stdout.write = (
  _: Uint8Array | string,
  encoding?: BufferEncoding | ((error?: Error | null) => void),
  done?: (error?: Error | null) => void,
) => {
  const written = typeof encoding === 'function' ? encoding : done
  if (written !== undefined) queueMicrotask(() => written())
  return true
}
