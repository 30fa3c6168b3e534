import { fileURLToPath } from 'node:url'
import { UserError } from '../../lib/user-error.ts'
import { CommandError } from '../engine/command-error.ts'
import { isInternalFrame } from './failure.ts'
import { plainLine } from './plain-text.ts'

export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number | undefined
}

/** Tools print up to thousands of errors; the first is mostly the cause, and mostly near the end of the log. */
const searchedLines = 500
/** A place stands near the beginning of a line. To search one that goes on and on takes time by the square of its length. */
const searchedCharacters = 500

/**
 * Where an error comes from: the frame of a stack that is the user's own, or the first `file:line` that a failed
 * command printed. `isSource` decides whether something that looks like a file is one of the project, for a host and a
 * port look the same.
 */
export function errorPlace(
  error: unknown,
  log: readonly string[],
  isSource: (file: string) => boolean,
): Place | undefined {
  if (error instanceof UserError) return undefined
  if (error instanceof CommandError) {
    const lines = [...log.slice(-searchedLines), ...error.lastLines]
    const beginnings = lines.map(line => plainLine(line.slice(0, searchedCharacters)))
    return firstOf(beginnings, placeIn, isSource)
  }
  if (!(error instanceof Error)) return undefined
  const frames = (error.stack ?? '')
    .split('\n')
    .filter(line => /^\s+at /.test(line) && !isInternalFrame(line))
  return firstOf(frames, frameIn, isSource)
}

function firstOf(
  lines: readonly string[],
  read: (line: string) => Place | undefined,
  isSource: (file: string) => boolean,
): Place | undefined {
  for (const line of lines) {
    const place = read(line)
    if (place !== undefined && isSource(place.file)) return place
  }
  return undefined
}

function frameIn(line: string): Place | undefined {
  const [, url, row, column] = /(file:\/\/[^\s)]+|\/[^\s)]+?):(\d+):(\d+)\)?$/.exec(line) ?? []
  if (url === undefined) return undefined
  return place(url.startsWith('file:') ? fileURLToPath(url) : url, row, column)
}

/** `src/a.ts:3:7`, `src/a.ts(3,7)`, `File "a.py", line 3`: what compilers, linters and interpreters print. */
const forms = [
  /^\s*File "([^"]+)", line (\d+)/,
  /([^\s:()"'`]+\.[A-Za-z]\w*)\((\d+)(?:,(\d+))?\)/,
  /([^\s:()"'`]+\.[A-Za-z]\w*):(\d+)(?::(\d+))?(?!\d)/,
]

function placeIn(line: string): Place | undefined {
  for (const form of forms) {
    const [, file, row, column] = form.exec(line) ?? []
    if (file !== undefined) return place(file, row, column)
  }
  return undefined
}

function place(file: string, row: string | undefined, column: string | undefined): Place {
  return { file, line: Number(row), column: column === undefined ? undefined : Number(column) }
}
