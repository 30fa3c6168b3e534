import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { openWorkspace } from '../../config/workspace.ts'
import type { ServiceName } from './service-names.ts'

/** How often a followed log is looked at, in milliseconds. */
const interval = 200

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
  const tails = services.map(name => ({
    prefix: services.length === 1 ? '' : `${name.padEnd(width)} | `,
    file: join(logs, `${name}.log`),
    offset: 0,
    rest: '',
  }))
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

/** The lines that were completed since the last look. A file that has become shorter is read from its start. */
async function newLines(tail: { file: string; offset: number; rest: string }): Promise<string[]> {
  try {
    await using file = await open(tail.file)
    const { size } = await file.stat()
    if (size < tail.offset) Object.assign(tail, { offset: 0, rest: '' })
    const buffer = Buffer.alloc(size - tail.offset)
    const { bytesRead } = await file.read(buffer, 0, buffer.length, tail.offset)
    tail.offset += bytesRead
    const lines = (tail.rest + buffer.subarray(0, bytesRead).toString()).split('\n')
    tail.rest = lines.pop() ?? ''
    return lines
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
