import { shown } from '../../../../lib/tree/names.ts'
import type { Tree } from '../../../../lib/tree/tree.ts'
import { fileContent, linesOf } from './file-content.ts'
import type { Found } from './search.ts'

/** The longest line that is shown, in characters. */
const longestLine = 400

/**
 * What was found in a file, as grep writes it: `path:12:text`, lines around it as `path-11-text`. Shown is only what stands in the
 * tree as this program itself opens it, wherever another one was led to.
 */
export async function shownMatches(
  tree: Tree,
  { names, lines: found }: Found,
  { context, most }: { readonly context: number; readonly most: number },
): Promise<{ readonly lines: readonly string[]; readonly count: number }> {
  const content = await fileContent(tree, names)
  if (content === undefined) return { lines: [], count: 0 }
  const all = linesOf(content)
  const there = found.filter(line => line <= all.length)
  const path = shown(names)
  const matching = new Set(there.slice(0, most))
  const lines: string[] = []
  let last = 0
  for (const number of matching)
    for (
      let at = Math.max(1, last + 1, number - context);
      at <= Math.min(all.length, number + context);
      at++
    ) {
      if (context > 0 && last > 0 && at > last + 1) lines.push('--')
      const sign = matching.has(at) ? ':' : '-'
      lines.push(`${path}${sign}${at}${sign}${cut(all[at - 1] ?? Buffer.alloc(0))}`)
      last = at
    }
  return { lines, count: matching.size }
}

function cut(line: Buffer): string {
  // A character has at most 4 bytes: no more than those are made a text of.
  const text = line.subarray(0, longestLine * 4 + 4).toString()
  return text.length > longestLine ? `${text.slice(0, longestLine)}…` : text
}
