import { SecretMask } from '../../../lib/secret-mask.ts'
import type { LogStream } from '../../contract/log-message.ts'
import type { DataFiles } from '../../store/files.ts'
import type { CommandRow } from '../../store/schema.ts'
import { secretsOf } from '../../store/session-secrets.ts'
import type { Store } from '../../store/store.ts'
import { LogFile } from './log-file.ts'

/** The bytes of a log as they may be told. */
export type LogBytes = AsyncDisposable & {
  /** How far it can be told now; `recorded`: where it ends, once it has ended. */
  end(recorded: number | undefined): Promise<number>
  /** Up to `length` bytes from `position` on; fewer at the end. Where they fit `into` that may be what they stand in. */
  read(position: number, length: number, into?: Buffer): Promise<Buffer>
}

/** How much of a secret may stand unfinished at the very end of a log before it is masked as well, in bytes. */
const longestRemnant = 7

/**
 * A log in which the secrets of its session are masked, each byte by a byte, so that offsets stand. Every way to read a
 * log leads through it. While the command may still write, what could become a secret is held back.
 */
export class MaskedLog implements LogBytes {
  readonly #file: LogFile
  readonly #load: () => Promise<SecretMask>
  #mask: SecretMask | undefined
  /** Where the log ends; undefined while it may grow. */
  #final: number | undefined

  /** `load` is asked once, before the first byte is read. */
  constructor(file: LogFile, load: () => Promise<SecretMask>) {
    this.#file = file
    this.#load = load
  }

  async end(recorded: number | undefined): Promise<number> {
    const mask = await this.#loaded()
    const size = Math.min(await this.#file.size(), recorded ?? Number.POSITIVE_INFINITY)
    if (recorded !== undefined) this.#final = size
    if (recorded !== undefined || mask.isEmpty) return size
    const from = Math.max(0, size - mask.reach)
    return size - mask.unfinished(await this.#file.read(from, size - from))
  }

  async read(position: number, length: number, into?: Buffer): Promise<Buffer> {
    const mask = await this.#loaded()
    if (mask.isEmpty) return this.#file.read(position, length, into)
    const from = Math.max(0, position - mask.reach)
    const to = Math.min(position + length + mask.reach, this.#final ?? Number.POSITIVE_INFINITY)
    const bytes = await this.#file.read(from, Math.max(0, to - from), into)
    const rest = from + bytes.length === this.#final ? mask.unfinished(bytes) : 0
    mask.cover(bytes)
    if (rest > longestRemnant) bytes.fill('*', bytes.length - rest)
    return bytes.subarray(position - from, position - from + length)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#file[Symbol.asyncDispose]()
  }

  async #loaded(): Promise<SecretMask> {
    this.#mask ??= await this.#load()
    return this.#mask
  }
}

/** A log of a command, opened when it is first read. */
export const logOf = (
  { store, files }: { readonly store: Store; readonly files: DataFiles },
  { id, session_id }: Pick<CommandRow, 'id' | 'session_id'>,
  stream: LogStream,
): MaskedLog =>
  new MaskedLog(
    new LogFile({
      plain: files.log(session_id, id, stream),
      compressed: files.compressedLog(session_id, id, stream),
      name: `${stream} of ${id}`,
    }),
    async () => new SecretMask(Object.values(await secretsOf(store, session_id))),
  )
