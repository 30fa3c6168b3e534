import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff'

/** The difference of two texts as patch and git take it; empty where there is none. `before`: undefined for a file that is made. */
export function unifiedDiff(name: string, before: string | undefined, after: string): string {
  if (before === after) return ''
  const from = before === undefined ? '/dev/null' : `a/${name}`
  return createTwoFilesPatch(from, `b/${name}`, before ?? '', after, undefined, undefined, {
    context: 3,
    headerOptions: FILE_HEADERS_ONLY,
  })
}
