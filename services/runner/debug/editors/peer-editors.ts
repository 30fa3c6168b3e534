import type { FromRunnerDap, ToRunnerDap } from '../../../contract/dap.ts'
import type { DebugSessionId } from '../../../contract/ids.ts'
import type { LiveDebugSession } from '../live-debug-session.ts'
import { Editor } from './editor.ts'

/** Editors that come through one connection to the runner. */
const mostEditors = 256
/** How long one waits for a debuggee that it has had queued, and for one that should be there, in milliseconds. */
const launchPatienceMs = 60_000
const attachPatienceMs = 10_000

export type EditorsDependencies = {
  readonly find: (debug: DebugSessionId, patienceMs: number) => Promise<LiveDebugSession>
  readonly mistake: (error: unknown, command: string) => void
}

/** The editors behind one peer of the runner's socket, by the numbers that it gives them; they go with it. */
export class PeerEditors implements Disposable {
  readonly #deps: EditorsDependencies
  readonly #say: (message: FromRunnerDap) => void
  readonly #editors = new Map<number, Editor>()

  constructor(deps: EditorsDependencies, say: (message: FromRunnerDap) => void) {
    this.#deps = deps
    this.#say = say
  }

  /** What is of no editor that is known here came after it had gone. */
  heard(message: ToRunnerDap): void {
    const { client } = message
    switch (message.type) {
      case 'dap_open':
        this.#open(message)
        break
      case 'dap':
        void this.#editors.get(client)?.take(message.message)
        break
      case 'dap_close':
        this.#leave(client)
        break
    }
  }

  [Symbol.dispose](): void {
    for (const client of [...this.#editors.keys()]) this.#leave(client)
  }

  /** One that is opened again has another debuggee from now on: breakpoints that have come to that from the other are still its own. */
  #open({ client, debug, root, launches, parent, by }: Extract<ToRunnerDap, { type: 'dap_open' }>): void {
    const inherits = this.#editors.get(client)?.claims ?? []
    this.#leave(client)
    if (this.#editors.size >= mostEditors) {
      this.#say({ type: 'dap_closed', client })
      return
    }
    const { find, mistake } = this.#deps
    const editor = new Editor({
      find: () => find(debug, launches ? launchPatienceMs : attachPatienceMs),
      ...{ root, launches, parent, inherits, by, mistake },
      child: child => this.#say({ type: 'dap_child', client, child }),
      say: message => this.#say({ type: 'dap', client, message }),
      closed: () => {
        this.#editors.delete(client)
        this.#say({ type: 'dap_closed', client })
      },
    })
    this.#editors.set(client, editor)
  }

  #leave(client: number): void {
    const editor = this.#editors.get(client)
    this.#editors.delete(client)
    void editor?.leave()
  }
}
