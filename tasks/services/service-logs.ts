import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { openWorkspace } from '../../config/workspace.ts'
import { errorCode } from '../../lib/error-code.ts'
import type { ServiceName } from './service-names.ts'

/** How often a followed log is looked at, in milliseconds. */
const interval = 200

/** How many bytes of a log are read at one look. */
const mostAtOnce = 2 ** 20

/** Prints the last lines of services' logs, each with its service's name, and goes on with what is written. */
export async function printLogs(
  services: readonly ServiceName[],
  options: {
    root: string
    environment: Record<string, string | undefined>
    lines: number
    follow: boolean
    signal: AbortSignal
    print(text: string): void
  },
): Promise<void> {
  const { logs } = openWorkspace(options.root, options.environment)
  const width = Math.max(...services.map(name => name.length))
  const tails = services.map(
    (name): Tail => ({
      prefix: services.length === 1 ? '' : `${name.padEnd(width)} | `,
      file: join(logs, `${name}.log`),
      offset: undefined,
      rest: Buffer.alloc(0),
    }),
  )
  for (const tail of tails) {
    const lines = await newLines(tail)
    print(tail.prefix, lines.slice(Math.max(0, lines.length - options.lines)))
  }
  while (options.follow && !options.signal.aborted) {
    await delay(interval, undefined, { signal: options.signal }).catch(() => {})
    for (const tail of tails) print(tail.prefix, await newLines(tail))
  }

  function print(prefix: string, lines: readonly string[]) {
    if (lines.length > 0) options.print(lines.map(line => `${prefix}${line}\n`).join(''))
  }
}

type Tail = {
  prefix: string
  file: string
  /** How far the file has been read; undefined before the first look. */
  offset: number | undefined
  /** The bytes of a line that is not complete. */
  rest: Buffer
}

/**
 * The lines that were completed since the last look. The first look sees the end of the file only, a later one as much
 * as fits; a file that has become shorter is read from its start.
 */
async function newLines(tail: Tail): Promise<string[]> {
  try {
    await using file = await open(tail.file)
    const { size } = await file.stat()
    const cutsLine = tail.offset === undefined && size > mostAtOnce
    const last = tail.offset ?? Math.max(0, size - mostAtOnce)
    const [offset, rest] = last > size ? [0, Buffer.alloc(0)] : [last, tail.rest]
    const buffer = Buffer.alloc(Math.min(size - offset, mostAtOnce))
    const { bytesRead } = await file.read(buffer, 0, buffer.length, offset)
    const bytes = Buffer.concat([rest, buffer.subarray(0, bytesRead)])
    const complete = bytes.lastIndexOf('\n') + 1
    tail.offset = offset + bytesRead
    tail.rest = bytes.subarray(complete)
    const lines = bytes.subarray(0, complete).toString().split('\n').slice(0, -1)
    return cutsLine ? lines.slice(1) : lines
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []
    throw error
  }
}
