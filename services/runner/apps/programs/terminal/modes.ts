import { sequences } from './sequences.ts'

/** Modes of a terminal that differ from how it begins: numbers of DEC's private modes, and `keypad`. */
export type Modes = ReadonlyMap<number | 'keypad', boolean>

/** On in the beginning: lines wrap, the cursor is seen. */
const onAtFirst = new Set<number | 'keypad'>([7, 25])
/** The saved cursor, and output that is held back until its end: neither is how things are. */
const passing = new Set([1_048, 2_026])
const mostModes = 100

/** How the modes are behind these bytes. A terminal that joins later needs them, where they were set is cut off. */
export function modesAfter(before: Modes, bytes: Buffer): Modes {
  const modes = new Map(before)
  const set = (mode: number | 'keypad', on: boolean) => {
    if (onAtFirst.has(mode) === on) modes.delete(mode)
    else if (modes.size < mostModes || modes.has(mode)) modes.set(mode, on)
  }
  for (const { kind, start, end } of sequences(bytes)) {
    if (kind === 'string' || end - start > 100) continue
    const text = bytes.toString('latin1', start + 1, end)
    if (text === 'c') modes.clear()
    else if (text === '=' || text === '>') set('keypad', text === '=')
    const [, numbers, how] = /^\[\?([\d;]+)([hl])$/.exec(text) ?? []
    for (const number of (numbers ?? '').split(';').filter(Boolean).map(Number))
      if (!passing.has(number)) set(number, how === 'h')
  }
  return modes
}

/** What brings a terminal that begins into these modes. */
export const modesAsText = (modes: Modes): string =>
  [...modes].map(([mode, on]) => (mode === 'keypad' ? '\x1b=' : `\x1b[?${mode}${on ? 'h' : 'l'}`)).join('')
