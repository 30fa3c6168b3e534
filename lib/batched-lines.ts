import type { DestinationStream } from 'pino'

/** So much is written at once, in characters. */
const most = 64 * 1_024

/**
 * Writes the lines of one turn of the event loop together at its end, and at the end of the process: a write of its own for
 * each takes longer than what it tells of. A process that is killed loses those of the turn that it was in.
 */
export function batchedLines(out: DestinationStream): DestinationStream {
  let lines = ''
  const flush = (): void => {
    if (lines === '') return
    const batch = lines
    lines = ''
    out.write(batch)
  }
  process.once('exit', flush)
  return {
    write(line) {
      if (lines === '') setImmediate(flush)
      lines += line
      if (lines.length > most) flush()
    },
  }
}
