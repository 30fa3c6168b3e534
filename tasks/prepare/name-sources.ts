import { readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { pathToFileURL } from 'node:url'

/**
 * Makes the stack of a bug in the prepared program name the sources. Done here, after the fact: with Node's own support
 * for source maps each start would read the map. Returns what it was given.
 */
export function nameSources(error: unknown, program: string): unknown {
  if (!(error instanceof Error) || typeof error.stack !== 'string') return error
  const { href } = pathToFileURL(program)
  try {
    const map = new SourceMap(JSON.parse(readFileSync(`${program}.map`, 'utf8')))
    error.stack = error.stack.replaceAll(
      new RegExp(`${RegExp.escape(href)}:(\\d+):(\\d+)`, 'g'),
      (place, line, column) => sourceOf(map, Number(line), Number(column), href) ?? place,
    )
  } catch {
    // A stack that names the prepared program is better than none.
  }
  return error
}

function sourceOf(map: SourceMap, line: number, column: number, program: string): string | undefined {
  const origin = map.findOrigin(line, column)
  if (!('fileName' in origin) || origin.fileName === undefined) return undefined
  return `${new URL(origin.fileName, program).href}:${origin.lineNumber}:${origin.columnNumber}`
}
