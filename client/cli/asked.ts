import { startProgress } from './progress.ts'
import type { ActContext } from './words/words.ts'

/** How long a person waits without a sign of life, in milliseconds. */
const patience = 1_000

/** What a call answers; in a terminal, with a line that counts the seconds where the server takes its time. */
export async function asked<Value>(
  { io, json }: Pick<ActContext, 'io' | 'json'>,
  call: () => Promise<Value>,
): Promise<Value> {
  if (json || io.stderr.isTTY !== true) return await call()
  using told = new DisposableStack()
  const timer = setTimeout(() => told.use(startProgress(io, 'waiting for the server', false)), patience)
  told.defer(() => clearTimeout(timer))
  return await call()
}
