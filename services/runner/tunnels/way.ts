import type { Duplex } from 'node:stream'

/** A way into a session. Disposing of it ends what was started for it. */
export type Way = AsyncDisposable & { readonly stream: Duplex }
