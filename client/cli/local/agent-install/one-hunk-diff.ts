/** How many lines are shown around a change. */
const context = 3

/** The difference of two texts as a unified diff of one hunk: all between the first and the last line that differ. */
export function oneHunkDiff(name: string, before: string | undefined, after: string): string {
  const [old, now] = [linesOf(before ?? ''), linesOf(after)]
  const same = commonLength(old, now)
  const sameEnd = commonLength(old.slice(same).toReversed(), now.slice(same).toReversed())
  const first = Math.max(0, same - context)
  const behind = Math.min(context, sameEnd)
  const place = (all: readonly string[]) => {
    const count = all.length - sameEnd + behind - first
    return `${count === 0 ? first : first + 1},${count}`
  }
  const shown = [
    ...old.slice(first, same).map(line => ` ${line}`),
    ...old.slice(same, old.length - sameEnd).map(line => `-${line}`),
    ...now.slice(same, now.length - sameEnd).map(line => `+${line}`),
    ...old
      .slice(old.length - sameEnd)
      .slice(0, behind)
      .map(line => ` ${line}`),
  ]
  const marked = shown.map(line => (line.endsWith('\n') ? line : `${line}\n\\ No newline at end of file\n`))
  return `--- ${before === undefined ? '/dev/null' : `a/${name}`}\n+++ b/${name}\n@@ -${place(old)} +${place(now)} @@\n${marked.join('')}`
}

const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? []

function commonLength(one: readonly string[], other: readonly string[]): number {
  const at = one.findIndex((line, i) => line !== other[i])
  return at === -1 ? one.length : at
}
