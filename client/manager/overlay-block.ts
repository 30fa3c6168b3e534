import { UserError } from '../../lib/user-error.ts'

/** The part of a text that is the manager's own, and what stands around it, which is somebody else's. */
export type Parted = { readonly before: string; readonly inner: string; readonly after: string }

const startMark =
  '# >>> written by "debug-server mcp-server": what is changed by hand up to the end mark is lost'
const endMark = '# <<< end of what "debug-server mcp-server" has written'
const marks = {
  start: /^# >>> written by "debug-server mcp-server".*\r?\n?/gm,
  end: /^# <<< end of what "debug-server mcp-server".*\r?\n?/gm,
}

/** Where there is no block yet, it is to come behind all else. Throws where the marks do not say where it is. */
export function parted(text: string, name: string): Parted {
  const starts = [...text.matchAll(marks.start)]
  const ends = [...text.matchAll(marks.end)]
  const [start] = starts
  const [end] = ends
  if (start === undefined && end === undefined) return { before: text, inner: '', after: '' }
  if (
    start === undefined ||
    end === undefined ||
    starts.length > 1 ||
    ends.length > 1 ||
    end.index < start.index
  )
    throw new UserError(
      `${name}: the marks around what "debug-server mcp-server" has written are not one pair`,
      {
        fix: `put them back, or remove all lines that begin with "# >>> written" or "# <<< end of"`,
      },
    )
  return {
    before: text.slice(0, start.index),
    inner: text.slice(start.index + start[0].length, end.index),
    after: text.slice(end.index + end[0].length),
  }
}

/** The whole text, with this in the block. Nothing around it changes. */
export function joined({ before, after }: Parted, inner: string): string {
  const lineBreak = before === '' || before.endsWith('\n') ? '' : '\n'
  return `${before}${lineBreak}${startMark}\n${inner}${endMark}\n${after}`
}
