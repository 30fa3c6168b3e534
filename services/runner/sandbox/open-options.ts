import { randomBytes } from 'node:crypto'
import { closeSync, openSync, unlinkSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { optionsDescriptor, statusDescriptor } from './sandbox.ts'

/** Open files for bubblewrap, in the order of their descriptors there. */
export type OpenOptions = Disposable & { readonly descriptors: readonly number[] }

/**
 * Options as bubblewrap reads them, each with a NUL behind it, in a file that has no name any more: they hold the values of
 * variables, which anybody could read among the words of a process. `directory` is out of every session's sight, as is
 * `statusFile`, which gets what bubblewrap tells of its program.
 */
export function openOptions(directory: string, options: readonly string[], statusFile?: string): OpenOptions {
  const path = join(directory, `options-${randomBytes(6).toString('hex')}`)
  try {
    using opened = new DisposableStack()
    const open = (...how: Parameters<typeof openSync>) => opened.adopt(openSync(...how), closeSync)
    const all =
      statusFile === undefined ? options : ['--json-status-fd', String(statusDescriptor), ...options]
    writeFileSync(path, all.map(option => `${option}\0`).join(''), { flag: 'wx', mode: 0o600 })
    const descriptors = [open(path, 'r')]
    if (statusFile !== undefined) {
      // Another wrapper of the same attempt may have written there: see command-wrapper.sh.
      const status = open(statusFile, 'a', 0o600)
      // The room for what bubblewrap tells, for the disk may be full then.
      writeSync(status, '\n')
      descriptors.push(status)
    }
    const life = opened.move()
    return { descriptors, [Symbol.dispose]: () => life.dispose() }
  } finally {
    unlinkSync(path)
  }
}

type Descriptors = readonly (number | 'ignore' | 'pipe')[]

/** The descriptors of a process, with the options where it reads them. */
export const withOptions = <Some extends Descriptors[number]>(
  descriptors: readonly Some[],
  options: OpenOptions | undefined,
): (Some | number | 'ignore')[] =>
  options === undefined
    ? [...descriptors]
    : [
        ...descriptors,
        ...Array<'ignore'>(optionsDescriptor - descriptors.length).fill('ignore'),
        ...options.descriptors,
      ]
