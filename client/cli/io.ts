import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'

/** What a terminal command touches of the world, handed to it so that tests hand it another one. */
export type Io = {
  readonly stdin: Readable & { readonly isTTY?: boolean; setRawMode?(mode: boolean): unknown }
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number }
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly directory: string
  readonly platform: NodeJS.Platform
  /** The package that this program belongs to. */
  readonly root: string
  /** Aborted with an Interruption when the program is told to end. */
  readonly signal: AbortSignal
  now(): number
}

/** Writes and, where the reader is slower, waits for it. */
export async function write(
  stream: Writable,
  content: string | Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted()
  if (stream.write(content)) return
  try {
    await once(stream, 'drain', { signal })
  } catch (error) {
    signal.throwIfAborted()
    throw error
  }
}
