/**
 * Has some work done whenever it is called: one at a time, and once more for all calls that came meanwhile, so that the last
 * one always counts. What fails is left to the next call.
 */
export function oneAtATime(work: () => Promise<unknown>): () => void {
  let state: 'idle' | 'busy' | 'again' = 'idle'
  const run = async () => {
    do {
      state = 'busy'
      await work().catch(() => undefined)
    } while (isAgain())
    state = 'idle'
  }
  const isAgain = () => state === 'again'
  return () => {
    if (state === 'idle') void run()
    else state = 'again'
  }
}
