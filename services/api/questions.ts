import type { LiveAnswer } from '../contract/runner-messages.ts'

type Settle = (answer: LiveAnswer) => void

/** Questions to the runner that wait for their answer. Each is answered once: by the runner, or by what came before. */
export class Questions {
  readonly #open = new Map<number, Settle>()
  #last = 0

  /** Sends a question under an id of its own. Its answer, or why there is none; never rejects. */
  ask(
    send: (id: number) => void,
    { deadlineMs, signals }: { deadlineMs: number; signals: readonly AbortSignal[] },
  ): Promise<LiveAnswer> {
    const id = ++this.#last
    return new Promise(resolve => {
      const settle: Settle = answer => {
        if (!this.#open.delete(id)) return
        clearTimeout(timer)
        for (const signal of signals) signal.removeEventListener('abort', given)
        resolve(answer)
      }
      const given = () => settle(givenUp)
      const timer = setTimeout(() => settle(late(deadlineMs)), deadlineMs)
      this.#open.set(id, settle)
      if (signals.some(signal => signal.aborted)) return given()
      for (const signal of signals) signal.addEventListener('abort', given, { once: true })
      send(id)
    })
  }

  /** One that nobody waits for any more is dropped. */
  answer(id: number, answer: LiveAnswer): void {
    this.#open.get(id)?.(answer)
  }

  answerAll(answer: LiveAnswer): void {
    for (const settle of [...this.#open.values()]) settle(answer)
  }
}

const givenUp: LiveAnswer = {
  ok: false,
  code: 'runner_unavailable',
  detail: 'the server stops, or who asked has gone; what was asked of the debugger may be done still',
}

const late = (deadlineMs: number): LiveAnswer => ({
  ok: false,
  code: 'debugger_timeout',
  detail: `no answer within ${deadlineMs / 1_000} seconds; see where it stands with debug status, or end it`,
})
