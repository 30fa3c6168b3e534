import type {
  DapAnswer,
  DapRequest,
  DebuggedProcess,
  FromRunnerDap,
  ToRunnerDap,
} from '../../contract/dap.ts'
import type { Viewer } from '../../contract/debug-control.ts'
import type { DebugSessionId, ViewerId } from '../../contract/ids.ts'

/** What one who speaks DAP hears of the runner. */
export type DapEar = {
  readonly said: (message: DapAnswer) => void
  /** A process that the debuggee has started is debugged. */
  readonly child: (child: DebuggedProcess) => void
  /** The runner has let go of it: as it was asked to, or because there is no such runner any more. */
  readonly closed: (why: 'let_go' | 'runner_lost') => void
}

export type DapBinding = { readonly debug: DebugSessionId; readonly root: string | null } & {
  readonly launches: boolean
  /** Who was told of it as a process that another has started, and has come to it by that. */
  readonly parent: ViewerId | null
  readonly by: Viewer
}

/** One client's line to the runner. */
export type DapLine = Disposable & {
  /** From now on it has to do with this debuggee, and with no other. */
  bind(to: DapBinding): void
  /** False where there is no runner. */
  send(message: DapRequest): boolean
}

/** The lines of all who speak DAP, over the one connection to the runner. None outlives that. */
export class DapLines {
  readonly #send: (message: ToRunnerDap) => boolean
  readonly #ears = new Map<number, DapEar>()
  #last = 0

  /** `send`: false where no runner is connected. */
  constructor(send: (message: ToRunnerDap) => boolean) {
    this.#send = send
  }

  open(ear: DapEar): DapLine {
    const client = ++this.#last
    let isBound = false
    let isOver = false
    return {
      bind: to => {
        isBound = true
        if (!isOver) this.#ears.set(client, ear)
        this.#send({ type: 'dap_open', client, ...to })
        // Who has gone meanwhile lets go of it at once, so that what was launched for it ends.
        if (isOver) this.#send({ type: 'dap_close', client })
      },
      send: message => this.#ears.has(client) && this.#send({ type: 'dap', client, message }),
      [Symbol.dispose]: () => {
        isOver = true
        this.#ears.delete(client)
        if (isBound) this.#send({ type: 'dap_close', client })
      },
    }
  }

  heard(message: FromRunnerDap): void {
    const { client } = message
    switch (message.type) {
      case 'dap':
        this.#ears.get(client)?.said(message.message)
        break
      case 'dap_child':
        this.#ears.get(client)?.child(message.child)
        break
      case 'dap_closed':
        this.#closed(client, 'let_go')
    }
  }

  lost(): void {
    for (const client of [...this.#ears.keys()]) this.#closed(client, 'runner_lost')
  }

  #closed(client: number, why: 'let_go' | 'runner_lost'): void {
    const ear = this.#ears.get(client)
    this.#ears.delete(client)
    ear?.closed(why)
  }
}
