/** Resolves when `fact` holds; fails the test when it does not within the deadline. */
export async function until(
  fact: () => boolean | Promise<boolean>,
  what: string,
  deadline = 60_000,
): Promise<void> {
  const end = performance.now() + deadline
  while (!(await fact())) {
    if (performance.now() > end) throw new Error(`not within ${deadline} ms: ${what}`)
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}
