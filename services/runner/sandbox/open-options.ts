import type { StdioOptions } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { closeSync, openSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { optionsDescriptor } from './sandbox.ts'

export type OpenOptions = Disposable & { readonly descriptor: number }

/**
 * Options as bubblewrap reads them, each with a NUL behind it, in a file that has no name any more: they hold the values of
 * variables, which anybody could read among the words of a process. `directory` is out of every session's sight.
 */
export function openOptions(directory: string, options: readonly string[]): OpenOptions {
  const path = join(directory, `options-${randomBytes(6).toString('hex')}`)
  try {
    writeFileSync(path, options.map(option => `${option}\0`).join(''), { flag: 'wx', mode: 0o600 })
    const descriptor = openSync(path, 'r')
    return { descriptor, [Symbol.dispose]: () => closeSync(descriptor) }
  } finally {
    unlinkSync(path)
  }
}

type Streams = Exclude<StdioOptions, string>

/** The streams of a process, with the options where it reads them. */
export const withOptions = (streams: Streams, options: OpenOptions | undefined): Streams =>
  options === undefined
    ? streams
    : [...streams, ...Array<'ignore'>(optionsDescriptor - streams.length).fill('ignore'), options.descriptor]
