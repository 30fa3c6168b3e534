import { type Fault, fault, type Wish } from './order.ts'

/**
 * Where `break` is to stop, as gdb and pdb have it: `12`, `app.py:12`, `app.py:"some text"`, `total_of`, each with `if
 * CONDITION`, or `, CONDITION`.
 */
export function breakWish(text: string, presentFile: string | null): Wish | Fault {
  const { place, condition } = parted(text)
  const when = condition === undefined ? {} : { condition }
  if (/^\d+$/.test(place)) {
    const at = lineIn(presentFile, place, 'break')
    return typeof at === 'string' ? { kind: 'line', at, ...when } : at
  }
  return place.includes(':') && !place.includes('::')
    ? { kind: 'line', at: place, ...when }
    : { kind: 'function', name: place, ...when }
}

/** A line by its number alone: of the file where the program stands, if that is one of the worktree. */
export function lineIn(
  presentFile: string | null,
  line: string,
  word: 'break' | 'until' | 'dprintf',
): string | Fault {
  if (presentFile === null) return fault(`there is no file here: write ${word} FILE:${line}`)
  return presentFile.startsWith('/')
    ? fault(
        `${presentFile} lies outside of the worktree, where there are no breakpoints; functions can have one: break NAME`,
      )
    : `${presentFile}:${line}`
}

/** The text of a line is in quotes, and may hold anything. */
function parted(text: string): { place: string; condition: string | undefined } {
  const [, place = text, condition] =
    /^((?:[^"]*:"(?:[^"]*)")|[^",]*?)(?:\s+if\s+|\s*,\s*)(.+)$/s.exec(text) ?? []
  return { place: place.trim(), condition: condition?.trim() }
}
