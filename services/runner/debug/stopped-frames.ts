import type { Frame } from '../../contract/debug-resources.ts'
import type { AskAdapter } from './ask-adapter.ts'
import { cutText } from './cut-text.ts'
import { type StackFrame, stackTraceBodySchema } from './dap-messages.ts'
import { Refusal } from './refusal.ts'
import type { SourceText } from './source-text.ts'
import type { WorktreePaths } from './worktree-paths.ts'

type Known = { frames: readonly StackFrame[]; complete: boolean }

/**
 * The stacks of one stop, and the references that were given out at it. The adapter's own ids mean nothing once the
 * debuggee has gone on, so all of this is thrown away then.
 */
export class StoppedFrames {
  readonly #ask: AskAdapter
  readonly #paths: WorktreePaths
  readonly #text: SourceText
  readonly #stacks = new Map<number, Known>()
  readonly #references = new Set<number>()

  constructor(ask: AskAdapter, paths: WorktreePaths, text: SourceText) {
    this.#ask = ask
    this.#paths = paths
    this.#text = text
  }

  /** The innermost frame alone: quick, whatever the depth. Undefined where the thread has none. */
  async innermost(thread: number, deadlineMs: number): Promise<StackFrame | undefined> {
    const parameters = { threadId: thread, startFrame: 0, levels: 1 }
    const { stackFrames } = await this.#ask('stackTrace', parameters, stackTraceBodySchema, deadlineMs)
    if (!this.#stacks.has(thread)) this.#stacks.set(thread, { frames: stackFrames, complete: false })
    return stackFrames[0]
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
    const text = file === null || source?.path === undefined ? null : await this.#text.line(source.path, line)
    return { index, name: cutText(name).value, file, line, column, source: text }
  }

  /** Remembers a reference that a client is told. */
  given(reference: number): number {
    if (reference > 0) this.#references.add(reference)
    return reference
  }

  require(reference: number): number {
    if (this.#references.has(reference)) return reference
    throw new Refusal(
      'debugger_refused',
      `reference ${reference} is of no variable at this stop: references are good until the debuggee goes on; ask for the variables anew`,
    )
  }
}
