import { isDeepStrictEqual } from 'node:util'
import type { Breakpoint } from '../../../contract/debug-breakpoints.ts'
import { cutText } from '../cut-text.ts'
import type { AdapterBreakpoint } from '../dap-messages.ts'

/** A breakpoint as it is told, what the adapter calls it, and whether the adapter is to have it. */
export type Entry = Breakpoint & {
  readonly adapterId: number | null
  readonly wanted: boolean
  /** By which the adapter knows the data. */
  readonly dataId: string | null
}
type Kind = Breakpoint['kind']
export type EntryOf<K extends Kind> = Extract<Entry, { kind: K }>

/** One that is to be: its id is not given yet. Where it cannot be, its message says why, and it is not wanted. */
export type NewBreakpoint = {
  readonly breakpoint: Breakpoint
  readonly wanted: boolean
  readonly dataId?: string
}

export const mostBreakpoints = 1_000
/** All of them as they are told, which is with each event, in characters. */
export const mostTold = 1_000_000

/**
 * The breakpoints of one debug session, in the order of their ids. Pure: what the adapter says of them is handed in.
 * A place has one breakpoint, however often it is asked for; an id is never given twice.
 */
export class BreakpointList {
  readonly entries: readonly Entry[]
  readonly #lastId: number

  constructor(entries: readonly Entry[] = [], lastId = 0) {
    this.entries = entries
    this.#lastId = lastId
  }

  /**
   * With these: one that there is already becomes what is asked for, and is tried again where it was given up. Data of one
   * name may lie elsewhere by now.
   */
  with(asked: readonly NewBreakpoint[]): BreakpointList {
    let lastId = this.#lastId
    const entries = [...this.entries]
    for (const { breakpoint, wanted, dataId = null } of asked) {
      const at = entries.findIndex(entry => keyOf(entry) === keyOf(breakpoint))
      const known = entries[at]
      const id = known?.id ?? ++lastId
      if (known === undefined) entries.push({ ...breakpoint, id, adapterId: null, wanted, dataId })
      else if (!known.wanted || !isLike(known, breakpoint) || (dataId ?? known.dataId) !== known.dataId)
        entries[at] = { ...breakpoint, id, adapterId: null, wanted, dataId }
    }
    return new BreakpointList(entries, lastId)
  }

  without(ids: ReadonlySet<number>): BreakpointList {
    return new BreakpointList(
      this.entries.filter(({ id }) => !ids.has(id)),
      this.#lastId,
    )
  }

  /** The one that stands where this one would. */
  like(breakpoint: Breakpoint): Entry | undefined {
    return this.entries.find(entry => keyOf(entry) === keyOf(breakpoint))
  }

  of<K extends Kind>(kind: K): readonly EntryOf<K>[] {
    return this.entries.filter((entry): entry is EntryOf<K> => entry.kind === kind)
  }

  /** What the adapter is to have in a file. */
  wanted(file: string): readonly EntryOf<'line'>[] {
    return this.of('line').filter(entry => entry.wanted && entry.file === file)
  }

  /** None in this file can be, for this reason. */
  refused(file: string, message: string): BreakpointList {
    return this.#changed(entry =>
      entry.kind === 'line' && entry.file === file
        ? { ...entry, verified: false, message, adapterId: null, wanted: false }
        : entry,
    )
  }

  /**
   * After the adapter has answered to those that were sent, in their order. One that it would put into another line is
   * wanted no more: nobody asked to stop there.
   */
  answered(sent: readonly Entry[], answers: readonly AdapterBreakpoint[]): BreakpointList {
    return this.#changed(entry => {
      const answer = answers[sent.findIndex(({ id }) => id === entry.id)]
      return answer === undefined ? entry : judged(entry, answer)
    })
  }

  /** After the adapter has changed its mind about one; the same where it has not. */
  reported(answer: AdapterBreakpoint): BreakpointList {
    const isMeant = (entry: Entry) => entry.adapterId !== null && entry.adapterId === answer.id
    const isNews = (entry: Entry) => isMeant(entry) && !isDeepStrictEqual(judged(entry, answer), entry)
    if (!this.entries.some(isNews)) return this
    return this.#changed(entry => (isMeant(entry) ? judged(entry, answer) : entry))
  }

  told(): Breakpoint[] {
    return this.entries.map(({ adapterId: _, wanted: __, dataId: ___, ...told }) => told)
  }

  #changed(change: (entry: Entry) => Entry): BreakpointList {
    return new BreakpointList(this.entries.map(change), this.#lastId)
  }
}

/** What only one breakpoint can have: its place. */
export function keyOf(breakpoint: Breakpoint): string {
  switch (breakpoint.kind) {
    case 'line': {
      const { file, line, text } = breakpoint
      return line === null ? `text ${file}:${text}` : `line ${file}:${line}`
    }
    case 'function':
      return `function ${breakpoint.name}`
    case 'exception':
      return `exception ${breakpoint.filter}`
    case 'data':
      return `data ${breakpoint.expression}`
  }
}

/** Whether it asks for the same, whatever has become of it. */
const isLike = (one: Breakpoint, other: Breakpoint): boolean =>
  JSON.stringify(askedOf(one)) === JSON.stringify(askedOf(other))

function askedOf(breakpoint: Breakpoint) {
  const { condition } = breakpoint
  switch (breakpoint.kind) {
    case 'line':
      return [condition, breakpoint.hit_condition, breakpoint.log_message, breakpoint.text]
    case 'function':
      return [condition, breakpoint.hit_condition]
    case 'exception':
      return [condition]
    case 'data':
      return [condition, breakpoint.hit_condition, breakpoint.access_type]
  }
}

function judged(entry: Entry, answer: AdapterBreakpoint): Entry {
  const adapterId = answer.id ?? null
  if (entry.kind === 'line') {
    const line = answer.line ?? entry.line
    if (line !== entry.line)
      return {
        ...entry,
        verified: false,
        message: `line ${entry.line} holds no code; the nearest line with code is ${line}`,
        adapterId: null,
        wanted: false,
      }
  }
  const message = answer.verified ? null : cutText(answer.message ?? notFound[entry.kind]).value
  return { ...entry, verified: answer.verified, message, adapterId }
}

/** What holds the line may be loaded later, or never. */
export const lineNotFound =
  'the debugger has not found this line yet; a program that never has it was built without -g, or from files elsewhere'

const notFound: Record<Kind, string> = {
  line: lineNotFound,
  function: 'the debugger has not found this function yet',
  exception: 'the debugger does not stop at it',
  data: 'the debugger does not watch it',
}
