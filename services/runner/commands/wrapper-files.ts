import { lstat } from 'node:fs/promises'
import { openPlainFile } from '../../../lib/plain-file.ts'
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

/** What stands for a wrapper that cannot be told any more: it has gone, and the system gives nobody its pid. */
export const goneWrapper: ProcessIdentity = { pid: -1, startTime: 'gone' }

/** Undefined where no wrapper has written it yet; `goneWrapper` where its command has put something else there. */
export async function readProcessFile(path: string): Promise<ProcessIdentity | undefined> {
  const text = await textOf(path)
  return text === '' && (await isReplaced(path)) ? goneWrapper : parseProcessFile(text)
}

export const readExitFile = async (path: string): Promise<number | undefined> =>
  parseExitFile(await textOf(path))

async function textOf(path: string): Promise<string> {
  await using file = await openPlainFile(path)
  return file === undefined ? '' : await file.readFile('latin1')
}

async function isReplaced(path: string): Promise<boolean> {
  try {
    return !(await lstat(path)).isFile()
  } catch {
    return false
  }
}
