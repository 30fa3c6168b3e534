import { inspect } from 'node:util'
import { shellAnswer } from '../../../lib/completion/shell-answer.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Io, write } from '../io.ts'
import { completionsAt } from './completions-at.ts'

/**
 * `debug-server --complete SHELL …`: what the scripts ask at each TAB. Its answer is all that is ever written: a server that
 * cannot be asked, or settings that are wrong, only mean that there is less to choose from.
 */
export async function complete(words: readonly string[], io: Io): Promise<number> {
  const tell = (error: unknown) => {
    // No place to tell of it, but to who looks for it.
    if (/\bdebug-server\b/.test(io.environment.NODE_DEBUG ?? '')) io.stderr.write(`${inspect(error)}\n`)
  }
  try {
    const answer = await shellAnswer(words, (typed, at) =>
      completionsAt(typed, at, async (named, line) => {
        try {
          return await (await import('./names.ts')).namesOf(io, named, line)
        } catch (error) {
          tell(error)
          return []
        }
      }),
    )
    await write(io.stdout, answer, io.signal)
  } catch (error) {
    tell(error)
  }
  return exitCodes.success
}
