import { type DestinationStream, pino } from 'pino'

/** How long a line may wait for others, in milliseconds, and how much of them, in characters. */
const pause = 20
const most = 8 * 1_024

/**
 * Standard output, for lines of a log: those that come close together are written together, for a write of its own for each
 * takes longer than what it tells of. A process that ends, however it does by itself, writes what it has.
 */
export function batchedLines(): DestinationStream {
  const out = pino.destination({ dest: 1, sync: false, minLength: most })
  let isPlanned = false
  const flush = (): void => {
    isPlanned = false
    out.flush()
  }
  return {
    write(line) {
      out.write(line)
      if (isPlanned) return
      isPlanned = true
      setTimeout(flush, pause).unref()
    },
  }
}
