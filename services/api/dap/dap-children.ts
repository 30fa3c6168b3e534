import type { DapReply, DapReverseRequest, DebuggedProcess } from '../../contract/dap.ts'

/** Of how many processes an editor is told at a time, and how many may wait for that. */
const mostAsked = 8
const mostWaiting = 256
/** How long it may take to answer, in milliseconds. */
const usualAnswerMs = 60_000

export type ChildrenDependencies = {
  /** Asks the editor to debug it as well; returns the number of the request. */
  readonly ask: (child: DebuggedProcess) => number
  readonly lives: (child: DebuggedProcess) => Promise<boolean>
  /** The editor has not come to this one. */
  readonly declined: (child: DebuggedProcess, why: string) => void
  readonly answerMs?: number
}

/** `debugServer`: where the editor has found this server, as it says itself. */
export function startDebugging(
  { debug, process, parent }: DebuggedProcess,
  debugServer: number | undefined,
): DapReverseRequest {
  const where = debugServer === undefined ? {} : { debugServer }
  const configuration = { name: `process ${process}`, debug, parent, ...where }
  return { type: 'request', command: 'startDebugging', arguments: { request: 'attach', configuration } }
}

/**
 * Tells an editor of the processes that its debuggee has started: each is a request, which it answers when it is at that
 * process, or does not want to be. The processes do not wait for it. One that ends before its turn is not told of.
 */
export class DapChildren implements Disposable {
  readonly #deps: ChildrenDependencies
  readonly #waiting: DebuggedProcess[] = []
  readonly #answers = new Map<number, (reply: DapReply | undefined) => void>()
  #busy = 0
  #over = false

  constructor(deps: ChildrenDependencies) {
    this.#deps = deps
  }

  came(child: DebuggedProcess): void {
    this.#waiting.push(child)
    // So many are there only where most have ended since.
    if (this.#waiting.length > mostWaiting) this.#waiting.shift()
    this.#next()
  }

  answered(reply: DapReply): void {
    this.#answers.get(reply.request_seq)?.(reply)
  }

  [Symbol.dispose](): void {
    this.#over = true
    this.#waiting.length = 0
    for (const answered of [...this.#answers.values()]) answered(undefined)
  }

  #next(): void {
    while (this.#busy < mostAsked) {
      const child = this.#waiting.shift()
      if (child === undefined) return
      this.#busy += 1
      void this.#tell(child).finally(() => {
        this.#busy -= 1
        this.#next()
      })
    }
  }

  async #tell(child: DebuggedProcess): Promise<void> {
    const { ask, lives, declined, answerMs = usualAnswerMs } = this.#deps
    const isThere = await lives(child).catch(() => false)
    if (!isThere || this.#over) return
    const { promise: answer, resolve } = Promise.withResolvers<DapReply | undefined>()
    const number = ask(child)
    this.#answers.set(number, resolve)
    const timer = setTimeout(() => resolve(undefined), answerMs)
    const reply = await answer
    clearTimeout(timer)
    this.#answers.delete(number)
    if (this.#over || reply?.success === true) return
    declined(child, reply === undefined ? 'it has not answered' : (reply.message ?? 'it says no more'))
  }
}
