import { write } from './io.ts'
import type { ActContext, Render } from './words/words.ts'

/** Prints what an operation answered: the contract's value under `json`, otherwise as the words render it. */
export async function print<Value>(
  { io, json, ...context }: ActContext,
  value: Value,
  render: Render<Value>,
): Promise<void> {
  // The time is that of the answer: the command may have waited since it began.
  const text = json ? `${JSON.stringify(value, null, 2)}\n` : render(value, { ...context, now: io.now() })
  await write(io.stdout, text, io.signal)
}
