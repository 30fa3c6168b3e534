import { readFile } from 'node:fs/promises'
import type { ProcessIdentity } from '../../../lib/processes/identity.ts'

/** The two files that command-wrapper.sh writes. Undefined means: not written, or not to its end yet. */

/** `PID START` */
export function parseProcessFile(text: string): ProcessIdentity | undefined {
  const [, pid, startTime] = /^(\d+) (\S.*?)\s*\n$/.exec(text) ?? []
  return pid === undefined || startTime === undefined ? undefined : { pid: Number(pid), startTime }
}

/** The exit code and a line end. */
export function parseExitFile(text: string): number | undefined {
  const code = /^(\d{1,3})\n$/.exec(text)?.[1]
  return code === undefined ? undefined : Number(code)
}

export const readProcessFile = async (path: string): Promise<ProcessIdentity | undefined> =>
  parseProcessFile(await textOf(path))

export const readExitFile = async (path: string): Promise<number | undefined> =>
  parseExitFile(await textOf(path))

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'latin1')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}
