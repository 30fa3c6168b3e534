import type { Breakpoint, Frame } from '../../contract/debug-resources.ts'
import type { SourceLine } from '../../contract/fields.ts'
import type { AskAdapter } from './ask-adapter.ts'
import { BreakpointList, mostBreakpoints } from './breakpoint-list.ts'
import { breakpointEventSchema, setBreakpointsBodySchema } from './dap-messages.ts'
import { Refusal } from './refusal.ts'
import type { WorktreePaths } from './worktree-paths.ts'

const deadlineMs = 10_000

/**
 * A debuggee's breakpoints, kept in step with its adapter: one change at a time, for `setBreakpoints` replaces all of a
 * file.
 */
export class DebuggeeBreakpoints {
  readonly #ask: AskAdapter
  readonly #paths: WorktreePaths
  readonly #changed: () => void
  #list = new BreakpointList()
  #turn: Promise<unknown> = Promise.resolve()
  #open = false

  /** `changed` is called whenever there is something new to tell. */
  constructor(ask: AskAdapter, paths: WorktreePaths, changed: () => void) {
    this.#ask = ask
    this.#paths = paths
    this.#changed = changed
  }

  get list(): BreakpointList {
    return this.#list
  }

  /** Sends what has been added so far. Before that, the adapter is not to be asked. */
  open(): Promise<void> {
    this.#open = true
    return this.#inTurn(() => this.#send(new Set(this.#list.entries.map(({ file }) => file))))
  }

  add(lines: readonly SourceLine[]): Promise<Breakpoint[]> {
    return this.#change(lines, list => {
      const next = list.with(lines)
      if (next.entries.length > mostBreakpoints)
        throw new Refusal('debugger_refused', `at most ${mostBreakpoints} breakpoints; take some away first`)
      return next
    })
  }

  remove(lines: readonly SourceLine[]): Promise<Breakpoint[]> {
    return this.#change(lines, list => list.without(lines))
  }

  /** The ids of those that a stop in this place stands at, or that the adapter names. */
  async at(frame: Pick<Frame, 'file' | 'line'> | null, named: readonly number[]): Promise<number[]> {
    const { file, line } = frame ?? { file: null, line: 0 }
    if (file === null) return this.#list.at(new Set(), line, named)
    // The debuggee may have come to the file by a symbolic link, which then is its name.
    const names = new Set([file])
    for (const entry of this.#list.inLine(line))
      if (await this.#paths.same(file, entry.file)) names.add(entry.file)
    return this.#list.at(names, line, named)
  }

  /** The adapter's event. */
  reported(body: unknown): void {
    const { success, data } = breakpointEventSchema.safeParse(body)
    if (!success || data.reason !== 'changed') return
    this.#list = this.#list.reported(data.breakpoint)
    this.#changed()
  }

  async #change(
    lines: readonly SourceLine[],
    change: (list: BreakpointList) => BreakpointList,
  ): Promise<Breakpoint[]> {
    await this.#inTurn(async () => {
      this.#list = change(this.#list)
      if (this.#open) await this.#send(new Set(lines.map(({ file }) => file)))
      if (lines.length > 0) this.#changed()
    })
    return this.#list.told()
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => undefined)
    return done
  }

  async #send(files: ReadonlySet<string>): Promise<void> {
    for (const file of files) {
      const missing = await this.#paths.missing(file)
      if (missing !== undefined) this.#list = this.#list.refused(file, missing)
      // Twice where the adapter has put some into lines that nobody asked for: those are taken back.
      while (await this.#sendFile(file));
    }
  }

  /** Tells whether it is to be done again, with fewer. */
  async #sendFile(file: string): Promise<boolean> {
    const sent = this.#list.wanted(file)
    const parameters = {
      source: { path: this.#paths.absolute(file) },
      breakpoints: sent.map(({ line }) => ({ line })),
    }
    const { breakpoints } = await this.#ask(
      'setBreakpoints',
      parameters,
      setBreakpointsBodySchema,
      deadlineMs,
    )
    this.#list = this.#list.answered(sent, breakpoints)
    return this.#list.wanted(file).length < sent.length
  }
}
