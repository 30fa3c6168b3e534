import type { Readable, Writable } from 'node:stream'

/** How one gdb is spoken to. Disposing of it lets go of our side; gdb itself belongs to its command. */
export type Channel = Disposable & {
  readonly output: Readable
  readonly input: Writable
  /** The end of what gdb has written to its standard error. */
  readonly stderr: string
  /** Ends gdb; its command ends with this code. The first one stands. */
  leave(code: number): void
}
