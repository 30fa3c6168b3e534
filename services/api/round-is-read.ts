import { sharedRun } from '../../lib/shared-run.ts'

/**
 * Resolves once all that has come in this round of the event loop has been read, for all who wait for that at once: they share
 * a look at the store (see `store-version.ts`), and what each of them asks was sent before it.
 */
export const roundIsRead = sharedRun(() => new Promise<void>(setImmediate))
