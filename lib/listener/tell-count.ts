import type { Socket } from 'node:net'

/** How often it is looked how many there are, and how often that is said though it is the same, in milliseconds. */
const interval = 50
const signOfLife = 1_000

/**
 * Tells somebody how many there are, a number on each line whenever it is another and once a second, until there is none; then ends the
 * connection, where that is the end of it.
 */
export function tellCount(connection: Socket, count: () => number, isOver: () => boolean): void {
  let [told, at] = [-1, 0]
  const look = () => {
    const now = performance.now()
    const counted = count()
    if (counted !== told || now - at >= signOfLife) {
      connection.write(`${counted}\n`)
      ;[told, at] = [counted, now]
    }
    if (counted === 0 && isOver()) connection.end()
  }
  const looking = setInterval(look, interval).unref()
  connection.once('close', () => clearInterval(looking))
  look()
}
