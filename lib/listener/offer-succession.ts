import type { Server } from 'node:net'
import { type Leaving, offerLeave } from './offer-leave.ts'
import { offerListeners } from './offer-listeners.ts'

/** Where a successor asks: unix sockets in a directory that their owner alone may enter. */
type SuccessionPlaces = { readonly listeners: string; readonly leave: string }

/**
 * Offers both that a successor asks for: first the listening sockets, then that this process leaves. Once it has been asked to leave it has
 * no listening sockets to give: a successor that is started again meanwhile listens by itself.
 */
export async function offerSuccession(
  { leave, underWay }: Leaving,
  listeners: Readonly<Record<string, Server>>,
  places: SuccessionPlaces,
  onError: (error: Error) => void,
): Promise<AsyncDisposable> {
  await using offering = new AsyncDisposableStack()
  const listening = offering.use(await offerListeners(listeners, places.listeners, onError))
  const leaving: Leaving = {
    underWay,
    leave: async () => void (await Promise.all([leave(), listening[Symbol.asyncDispose]()])),
  }
  offering.use(await offerLeave(leaving, places.leave, onError))
  return offering.move()
}
