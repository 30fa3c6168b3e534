import { createServer } from 'node:net'
import { listenAt } from './listen-at.ts'
import { tellCount } from './tell-count.ts'

export type Leaving = {
  /**
   * Has clients go on with a successor. Done once nobody asks anything new here, but for who was in the middle of it. Done again it
   * changes nothing.
   */
  readonly leave: () => Promise<void>
  /** What this process still has to do for them, which no successor can. */
  readonly underWay: () => number
}

/**
 * Leaves as soon as somebody says anything at the unix socket at `path`, which only its owner may: a successor listens already.
 * Who says it is told how much is still under way, until that is none: see tell-count.ts. To connect alone asks for nothing: so it is seen whether
 * anybody listens there.
 */
export async function offerLeave(
  { leave, underWay }: Leaving,
  path: string,
  onError: (error: Error) => void,
): Promise<AsyncDisposable> {
  let hasLeft = false
  const door = createServer(connection => {
    connection.once('data', () => {
      leave().then(() => {
        hasLeft = true
      }, onError)
      tellCount(connection, underWay, () => hasLeft)
    })
  })
  return await listenAt(door, path, onError)
}
