import { once } from 'node:events'

/**
 * What a server under measurement says to who has started it, over IPC: where it is to be followed, and, each time it is
 * asked, how much memory it holds, in bytes, once the garbage is gone. For that it is started with `--expose-gc`.
 */
export type Address = {
  readonly url: string
  /** Where it is to be reached over TLS besides. */
  readonly secureUrl?: string | undefined
  readonly headers: Readonly<Record<string, string>>
}

/** Resolves when nobody is there any more to be told. */
export async function tellAddress(address: Address): Promise<void> {
  process.on('message', () => {
    globalThis.gc?.()
    const { heapUsed, external } = process.memoryUsage()
    process.send?.({ held: heapUsed + external })
  })
  process.send?.(address)
  await once(process, 'disconnect')
}
