import { once } from 'node:events'
import { createInterface } from 'node:readline/promises'
import { usageError } from '../cli-error.ts'
import type { Io } from '../io.ts'

/** Asks a yes-or-no question in the terminal. Anything but a yes, the end of the input included, is a no. */
export async function confirm({ stdin, stderr, signal }: Io, question: string): Promise<boolean> {
  if (stdin.isTTY !== true) throw usageError('there is nobody to ask', 'say --yes')
  const terminal = createInterface({ input: stdin, output: stderr })
  try {
    const answer = await Promise.race([
      terminal.question(`${question} [y/N] `, { signal }),
      once(terminal, 'close', { signal }).then(() => ''),
    ])
    return /^y(?:es)?$/i.test(answer.trim())
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    terminal.close()
  }
}
