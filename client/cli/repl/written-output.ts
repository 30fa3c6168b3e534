import type { DebuggerMessage } from '../../../services/contract/debugger-message.ts'
import type { Client } from '../../sdk/client.ts'
import { bytesOf } from '../../sdk/log-bytes.ts'

const nothing = { stdout: 0, stderr: 0, messages: 0 }

/** What a debuggee has written, and its debugger has said, since it was last looked at. */
export class WrittenOutput {
  #next = nothing

  /** Another program begins. */
  forget(): void {
    this.#next = nothing
  }

  /** Bytes are the program's. */
  async *news(
    client: Client,
    of: { session: string; debug: string },
  ): AsyncGenerator<Uint8Array | DebuggerMessage> {
    for (;;) {
      const { chunks, messages, next } = await client.debug.output({ ...of, ...this.#next })
      this.#next = next
      if (chunks.length === 0 && messages.length === 0) return
      for (const chunk of chunks) {
        const bytes = bytesOf(chunk)
        if (bytes.length > 0) yield bytes
      }
      yield* messages
    }
  }
}
