import type { Client } from '../../sdk/client.ts'
import { bytesOf } from '../../sdk/log-bytes.ts'

/** What a debuggee has written since it was last looked at. */
export class WrittenOutput {
  #next = { stdout: 0, stderr: 0 }

  /** Another program begins. */
  forget(): void {
    this.#next = { stdout: 0, stderr: 0 }
  }

  async *news(client: Client, of: { session: string; debug: string }): AsyncGenerator<Uint8Array> {
    for (;;) {
      const { chunks, next } = await client.debug.output({ ...of, ...this.#next })
      this.#next = next
      if (chunks.length === 0) return
      for (const chunk of chunks) {
        const bytes = bytesOf(chunk)
        if (bytes.length > 0) yield bytes
      }
    }
  }
}
