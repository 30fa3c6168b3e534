import { writeSync } from 'node:fs'
import type { DestinationStream } from 'pino'
import { errorCode } from './error-code.ts'

/** How long a line may wait for others, in milliseconds, and how much of them, in characters. */
const pause = 20
const batch = 8 * 1_024

/** How much waits for a reader who is slow, in bytes: what comes beyond it is lost. */
const most = 1_024 * 1_024

/** How long the end of the process waits for such a reader, in milliseconds. */
const patience = 500

/**
 * Standard output, for lines of a log: those that come close together are written together, for a write of its own for each
 * takes longer than what it tells of. A process that ends, however it does by itself, writes what it has. A reader who has gone
 * away, or a full disk, costs lines and nothing else.
 */
export function batchedLines(): DestinationStream {
  // A pipe that Node has opened does not block.
  const { fd } = process.stdout
  let lines = ''
  let left: Buffer = Buffer.alloc(0)
  let timer: NodeJS.Timeout | undefined
  const flush = (): void => {
    clearTimeout(timer)
    timer = undefined
    if (left.length < most) left = Buffer.concat([left, Buffer.from(lines)])
    lines = ''
    left = unwritten(fd, left)
    if (left.length > 0) plan()
  }
  const plan = (): void => {
    timer ??= setTimeout(flush, pause).unref()
  }
  process.on('exit', () => {
    const until = performance.now() + patience
    for (flush(); left.length > 0 && performance.now() < until; flush()) rest()
  })
  return {
    write(line) {
      lines += line
      if (lines.length < batch) plan()
      else flush()
    },
  }
}

/** Writes what is taken now. Returns what is to be tried again: nothing where nobody will ever take it. */
function unwritten(fd: number, bytes: Buffer): Buffer {
  let at = 0
  try {
    while (at < bytes.length) at += writeSync(fd, bytes, at)
  } catch (error) {
    if (errorCode(error) === 'EAGAIN') return bytes.subarray(at)
  }
  return Buffer.alloc(0)
}

/** A pause in which nothing else happens: at the end of a process nothing else does. */
const rest = (): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause)
