import { compiledSchema } from '../../../lib/compiled-schema.ts'
import type { FailureReport } from '../../contract/debug-report.ts'
import type { Frame } from '../../contract/debug-resources.ts'
import type { AskAdapter } from './ask-adapter.ts'
import { cutText } from './cut-text.ts'
import { type StackFrame, stackTraceBodySchema } from './dap-messages.ts'
import { Refusal } from './refusal.ts'
import { lineOf, type SourceLines, type SourceText } from './source-text.ts'
import type { WorktreePaths } from './worktree-paths.ts'

/** What a reference that was given out is of. */
export type Given = {
  readonly thread: number
  /** How many parts there are, where the adapter has said so: then it gives them by the page. */
  readonly indexed?: number | undefined
  readonly named?: number | undefined
}

type Known = { frames: readonly StackFrame[]; complete: boolean }

/**
 * The stacks of one stop, and the references that were given out at it. The adapter's own ids mean nothing once the
 * debuggee has gone on, so all of this is thrown away then.
 */
export class StoppedFrames {
  /** What a test framework had kept back of the output. */
  captured: FailureReport['captured'] = null
  readonly #ask: AskAdapter
  readonly #paths: WorktreePaths
  readonly #text: SourceText
  readonly #shows: (path: string) => boolean
  readonly #functionName: (name: string) => string
  readonly #stacks = new Map<number, Known>()
  readonly #references = new Map<number, Given>()

  constructor(
    ask: AskAdapter,
    paths: WorktreePaths,
    text: SourceText,
    shows: (path: string) => boolean,
    functionName = (name: string) => name,
  ) {
    this.#functionName = functionName
    this.#shows = shows
    this.#ask = ask
    this.#paths = paths
    this.#text = text
  }

  /** The innermost frame alone: quick, whatever the depth. Undefined where the thread has none. */
  async innermost(thread: number, deadlineMs: number): Promise<StackFrame | undefined> {
    const parameters = { threadId: thread, startFrame: 0, levels: 1 }
    const { stackFrames } = await this.#ask(
      'stackTrace',
      parameters,
      compiledSchema(stackTraceBodySchema),
      deadlineMs,
    )
    this.#begun(thread, stackFrames)
    return stackFrames[0]
  }

  /** The innermost frame, where it need not be asked for. */
  heard(thread: number, innermost: StackFrame): void {
    this.#begun(thread, [innermost])
  }

  /** All frames: an adapter may pass over what it is asked of a page. */
  async all(thread: number): Promise<readonly StackFrame[]> {
    const known = this.#stacks.get(thread)
    if (known?.complete) return known.frames
    const { stackFrames } = await this.#ask('stackTrace', { threadId: thread }, stackTraceBodySchema)
    this.#stacks.set(thread, { frames: stackFrames, complete: true })
    return stackFrames
  }

  async frame(thread: number, index: number): Promise<StackFrame> {
    const frame = this.#stacks.get(thread)?.frames[index] ?? (await this.all(thread))[index]
    if (frame === undefined) {
      const { frames } = this.#stacks.get(thread) ?? { frames: [] }
      throw new Refusal(
        'debugger_refused',
        `there is no frame ${index}: thread ${thread} has ${frames.length}`,
      )
    }
    return frame
  }

  async told({ name, line, column, source }: StackFrame, index: number): Promise<Frame> {
    const file = await this.#paths.told(source?.path)
    const lines = file === null || source?.path === undefined ? undefined : await this.#lines(source.path)
    return {
      index,
      name: cutText(this.#functionName(name)).value,
      file,
      line,
      column,
      source: lineOf(lines, line),
    }
  }

  /** The lines around that of a frame, without empty ones at their ends, as far as its file may be seen. `path`: the adapter's. */
  async excerpt(
    path: string | undefined,
    { file, line }: Pick<Frame, 'file' | 'line'>,
    { above, below }: { readonly above: number; readonly below: number },
  ): Promise<{ line: number; text: string }[]> {
    if (file === null || path === undefined) return []
    const lines = (await this.#lines(path)) ?? []
    const first = Math.max(1, line - above)
    const around = lines
      .slice(first - 1, line + below)
      .map((_, at) => ({ line: first + at, text: lineOf(lines, first + at) ?? '' }))
    const isText = (one: { line: number; text: string }) => one.line === line || one.text.trim() !== ''
    return around.slice(around.findIndex(isText), around.findLastIndex(isText) + 1)
  }

  /** Remembers a reference that a client is told, of something that lives in a thread. */
  given(reference: number, of: Given): number {
    if (reference > 0) this.#references.set(reference, of)
    return reference
  }

  /** What a reference is of. */
  of(reference: number): Given {
    const given = this.#references.get(reference)
    if (given !== undefined) return given
    throw new Refusal(
      'debugger_refused',
      `reference ${reference} is of no variable at this stop: references are good until the debuggee goes on; ask for the variables anew`,
    )
  }

  #lines(path: string): Promise<SourceLines> {
    return this.#text.lines(path, this.#shows)
  }

  #begun(thread: number, frames: readonly StackFrame[]): void {
    if (!this.#stacks.has(thread)) this.#stacks.set(thread, { frames, complete: false })
  }
}
