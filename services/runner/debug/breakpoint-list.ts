import type { Breakpoint } from '../../contract/debug-resources.ts'
import type { SourceLine } from '../../contract/fields.ts'
import type { AdapterBreakpoint } from './dap-messages.ts'

/** A breakpoint as it is told, what the adapter calls it, and whether the adapter is to have it. */
export type Entry = Breakpoint & { readonly adapterId: number | null; readonly wanted: boolean }

export const mostBreakpoints = 1_000

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

  /** With these; those that the adapter was not to have are tried again. */
  with(lines: readonly SourceLine[]): BreakpointList {
    let lastId = this.#lastId
    const entries = [...this.entries]
    for (const line of lines) {
      const at = entries.findIndex(isAt(line))
      const known = entries[at]
      if (known === undefined)
        entries.push({
          id: ++lastId,
          ...line,
          verified: false,
          message: notYet,
          adapterId: null,
          wanted: true,
        })
      else if (!known.wanted) entries[at] = { ...known, wanted: true }
    }
    return new BreakpointList(entries, lastId)
  }

  without(lines: readonly SourceLine[]): BreakpointList {
    return new BreakpointList(
      this.entries.filter(entry => !lines.some(line => isAt(line)(entry))),
      this.#lastId,
    )
  }

  /** What the adapter is to have in a file. */
  wanted(file: string): readonly Entry[] {
    return this.entries.filter(entry => entry.wanted && entry.file === file)
  }

  /** None in this file can be, for this reason. */
  refused(file: string, message: string): BreakpointList {
    return this.#changed(entry =>
      entry.file === file ? { ...entry, verified: false, message, adapterId: null, wanted: false } : entry,
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

  /** After the adapter has changed its mind about one. */
  reported(answer: AdapterBreakpoint): BreakpointList {
    return this.#changed(entry =>
      entry.adapterId !== null && entry.adapterId === answer.id ? judged(entry, answer) : entry,
    )
  }

  /** Those in a line of this number that a debuggee can stop at. */
  inLine(line: number): readonly Entry[] {
    return this.entries.filter(entry => entry.verified && entry.line === line)
  }

  /** The ids of those that a stop in this line stands at, or that the adapter names. `files`: the file's names. */
  at(files: ReadonlySet<string>, line: number, named: readonly number[]): number[] {
    return this.entries
      .filter(
        entry =>
          (entry.adapterId !== null && named.includes(entry.adapterId)) ||
          (entry.verified && files.has(entry.file) && entry.line === line),
      )
      .map(({ id }) => id)
  }

  told(): Breakpoint[] {
    return this.entries.map(({ id, file, line, verified, message }) => ({
      id,
      file,
      line,
      verified,
      message,
    }))
  }

  #changed(change: (entry: Entry) => Entry): BreakpointList {
    return new BreakpointList(this.entries.map(change), this.#lastId)
  }
}

const notYet = 'it is not set yet'

const isAt = (line: SourceLine) => (entry: Entry) => entry.file === line.file && entry.line === line.line

function judged(entry: Entry, answer: AdapterBreakpoint): Entry {
  const adapterId = answer.id ?? null
  const line = answer.line ?? entry.line
  if (line !== entry.line)
    return {
      ...entry,
      verified: false,
      message: `line ${entry.line} holds no code; the nearest line with code is ${line}`,
      adapterId: null,
      wanted: false,
    }
  const message = answer.verified ? null : (answer.message ?? 'the debugger has not found this line yet')
  return { ...entry, verified: answer.verified, message, adapterId }
}
