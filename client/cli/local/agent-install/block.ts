import { createHash } from 'node:crypto'

/**
 * A block of ours in a text of somebody else's. Texts are bytes, one a character (latin1), so that what is no UTF-8 stays as
 * it is. The mark at its start has a sum of what we wrote, by which an edit is known; line ends do not count, for git and
 * editors change them.
 */
const startMark = /<!-- debug-server:agent-install start(?: ([0-9a-f]{16}))? -->/g
const endMark = /<!-- debug-server:agent-install end -->/g

export type Placed =
  | { readonly kind: 'unchanged' }
  /** The whole text, with the block in it. */
  | { readonly kind: 'placed'; readonly text: string }
  /** Somebody has changed the block. */
  | { readonly kind: 'edited' }
  /** The marks do not say where the block is. */
  | { readonly kind: 'damaged'; readonly reason: string; readonly fix: string }

/** Puts the block where it stands, or behind the text; nothing outside of it changes. `force` replaces an edited one. */
export function placeBlock(text: string, body: string, force: boolean): Placed {
  const starts = [...text.matchAll(startMark)]
  const ends = [...text.matchAll(endMark)]
  const [start, secondStart] = starts
  const [end, secondEnd] = ends
  if (start === undefined && end === undefined) return { kind: 'placed', text: appended(text, body) }
  if (start === undefined)
    return damaged('the mark of its start is missing', 'remove that of its end as well')
  if (end === undefined)
    return damaged('the mark of its end is missing', 'put it back, or remove that of its start')
  if (secondStart !== undefined || secondEnd !== undefined)
    return damaged('there are two blocks', 'remove one of them with its marks')
  if (end.index < start.index) return damaged('its end stands before its start', 'remove both marks')
  const after = end.index + end[0].length
  const found = text.slice(start.index, after)
  const block = blockOf(body, found)
  if (found === block) return { kind: 'unchanged' }
  const inner = found.slice(start[0].length, -end[0].length).replaceAll('\r\n', '\n')
  if (start[1] !== sumOf(inner) && !force) return { kind: 'edited' }
  return { kind: 'placed', text: `${text.slice(0, start.index)}${block}${text.slice(after)}` }
}

const damaged = (reason: string, fix: string): Placed => ({ kind: 'damaged', reason, fix })

/** A blank line before it where something stands before it. */
function appended(text: string, body: string): string {
  const lineEnd = lineEndOf(text)
  const separator =
    text === '' || text === byteOrderMark ? '' : text.endsWith('\n') ? lineEnd : lineEnd.repeat(2)
  return `${text}${separator}${blockOf(body, text)}${lineEnd}`
}

/** As the first line of a text ends. */
const lineEndOf = (text: string): string => (/^[^\n]*\r\n/.test(text) ? '\r\n' : '\n')

const byteOrderMark = Buffer.from('\ufeff').toString('latin1')

/** The block, with line ends like those of a text. */
function blockOf(body: string, like: string): string {
  const inner = `\n${Buffer.from(body).toString('latin1')}\n`
  const block = `<!-- debug-server:agent-install start ${sumOf(inner)} -->${inner}<!-- debug-server:agent-install end -->`
  return block.replaceAll('\n', lineEndOf(like))
}

const sumOf = (inner: string): string =>
  createHash('sha256').update(inner, 'latin1').digest('hex').slice(0, 16)

/** Whether a text would be taken for a mark. */
export const looksLikeMark = (text: string): boolean => text.includes('<!--') || text.includes('-->')
