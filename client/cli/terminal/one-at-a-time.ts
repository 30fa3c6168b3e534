/**
 * Has some work done whenever it is called: one at a time, and once more for all calls that came meanwhile, so that the last
 * one always counts. What fails is left to the next call.
 */
export function oneAtATime(work: () => Promise<unknown>): () => void {
  let wanted = false
  let busy = false
  const run = async () => {
    busy = true
    while (wanted) {
      wanted = false
      await work().catch(() => undefined)
    }
    busy = false
  }
  return () => {
    wanted = true
    if (!busy) void run()
  }
}
