import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff'

/** The difference of two texts as patch and git take it; empty where there is none. `before`: undefined for a file that is made. */
export function unifiedDiff(name: string, before: string | undefined, after: string): string {
  if (before === after) return ''
  const from = before === undefined ? '/dev/null' : `a/${name}`
  const patch = createTwoFilesPatch(from, `b/${name}`, before ?? '', after, undefined, undefined, {
    context: 3,
    headerOptions: FILE_HEADERS_ONLY,
    maxEditLength: mostEdits,
  })
  return patch ?? `--- ${from}\n+++ b/${name}\n${replacedWhole(before ?? '', after)}`
}

/** What is looked for grows with the square of it: many thousands would take minutes. */
const mostEdits = 2_000

/** All lines of the one go, all of the other come. */
function replacedWhole(before: string, after: string): string {
  const [gone, come] = [linesOf(before), linesOf(after)]
  const range = (lines: readonly string[]) => `${lines.length === 0 ? 0 : 1},${lines.length}`
  const marked = (mark: string, lines: readonly string[]) =>
    lines
      .map(line => `${mark}${line}${line.endsWith('\n') ? '' : '\n\\ No newline at end of file\n'}`)
      .join('')
  return `@@ -${range(gone)} +${range(come)} @@\n${marked('-', gone)}${marked('+', come)}`
}

const linesOf = (text: string): readonly string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? []
