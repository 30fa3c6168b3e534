import { createServer, type Socket } from 'node:net'
import { listenAt } from './listen-at.ts'

export type Leaving = {
  /**
   * Has clients go on with a successor. Done once nobody asks anything new here, but for who was in the middle of it. Done again it
   * changes nothing.
   */
  readonly leave: () => Promise<void>
  /** What this process still has to do for them, which no successor can. */
  readonly underWay: () => number
}

/** How often it is looked how much there still is, and how often that is said though it is the same, in milliseconds. */
const interval = 50
const signOfLife = 1_000

/**
 * Leaves as soon as somebody says anything at the unix socket at `path`, which only its owner may: a successor listens already.
 * Who says it is told how much is still under way, a number on each line whenever it is another and once a second, until that is none. To connect
 * alone asks for nothing: so it is seen whether anybody listens there.
 */
export async function offerLeave(
  { leave, underWay }: Leaving,
  path: string,
  onError: (error: Error) => void,
): Promise<AsyncDisposable> {
  const asked = new Set<Socket>()
  let hasLeft = false
  const tell = (connection: Socket) => {
    let [told, at] = [-1, 0]
    const look = () => {
      const count = underWay()
      const now = performance.now()
      if (count !== told || now - at >= signOfLife) {
        connection.write(`${count}\n`)
        ;[told, at] = [count, now]
      }
      if (count === 0 && hasLeft) connection.end()
    }
    const looking = setInterval(look, interval).unref()
    connection.once('close', () => clearInterval(looking))
    look()
  }
  const door = createServer(connection => {
    asked.add(connection)
    connection
      .on('error', () => {})
      .once('close', () => asked.delete(connection))
      .once('data', () => {
        leave().then(() => {
          hasLeft = true
        }, onError)
        tell(connection)
      })
  })
  const listening = await listenAt(door, path, onError)
  return {
    async [Symbol.asyncDispose]() {
      for (const connection of asked) connection.destroy()
      await listening[Symbol.asyncDispose]()
    },
  }
}
