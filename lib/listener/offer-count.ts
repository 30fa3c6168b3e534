import { createServer } from 'node:net'
import { listenAt } from './listen-at.ts'
import { tellCount } from './tell-count.ts'

/**
 * Tells whoever connects to the unix socket at `path`, which only its owner may, how many there are, until there is none: see
 * tell-count.ts.
 */
export async function offerCount(
  count: () => number,
  path: string,
  onError: (error: Error) => void,
): Promise<AsyncDisposable> {
  const door = createServer(connection => tellCount(connection.resume(), count, () => true))
  return await listenAt(door, path, onError)
}
