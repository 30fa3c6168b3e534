import { rm } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'

export type Leaving = {
  /** Has clients go on with a successor. Done again it changes nothing. */
  readonly leave: () => void
  /** What this process still has to do for them, which no successor can. */
  readonly underWay: () => number
}

/** How often it is looked how much there still is, in milliseconds. */
const interval = 50

/**
 * Leaves as soon as somebody connects to the unix socket at `path`, which only its owner may: a successor listens already. Who
 * connects is told how much is still under way, a number on each line whenever it is another, until that is none.
 */
export async function offerLeave(
  { leave, underWay }: Leaving,
  path: string,
  onError: (error: Error) => void,
): Promise<AsyncDisposable> {
  const asked = new Set<Socket>()
  const door = createServer(connection => {
    asked.add(connection)
    leave()
    let told = -1
    const look = () => {
      const count = underWay()
      if (count !== told) connection.write(`${count}\n`)
      told = count
      if (count === 0) connection.end()
    }
    const looking = setInterval(look, interval).unref()
    connection
      .on('error', () => {})
      .once('close', () => {
        clearInterval(looking)
        asked.delete(connection)
      })
      .resume()
    look()
  })
  await rm(path, { force: true })
  await new Promise<void>((resolve, reject) => {
    door.once('error', reject).listen(path, () => {
      door.off('error', reject).on('error', onError).unref()
      resolve()
    })
  })
  return {
    async [Symbol.asyncDispose]() {
      for (const connection of asked) connection.destroy()
      await new Promise(resolve => door.close(resolve))
      await rm(path, { force: true })
    },
  }
}
