import { existsSync, lstatSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { errorCode } from '../../../lib/error-code.ts'
import { readPlainFile } from '../../../lib/plain-file.ts'
import type { ProcessIdentity } from '../../../lib/processes/identity.ts'

/** What a wrapper leaves with that could record nothing, and has run nothing. */
export const codeOfUnrecorded = 75

/** The files that command-wrapper.sh writes. Undefined means: not written, or not to its end yet. */

/** `PID START` */
export function parseProcessFile(text: string): ProcessIdentity | undefined {
  const [, pid, startTime] = /^(\d+) (\S.*?)\s*\n$/.exec(text) ?? []
  return pid === undefined || startTime === undefined ? undefined : { pid: Number(pid), startTime }
}

/** The exit code and a line end, over blanks. */
export function parseExitFile(text: string): number | undefined {
  const code = /^(\d{1,3})\n\s*$/.exec(text)?.[1]
  return code === undefined ? undefined : Number(code)
}

/** What stands for a wrapper that cannot be told any more: it has gone, and the system gives nobody its pid. */
export const goneWrapper: ProcessIdentity = { pid: -1, startTime: 'gone' }

/** Undefined where no wrapper has written it yet; `goneWrapper` where its command has put something else there. */
export function readProcessFile(path: string): ProcessIdentity | undefined {
  const text = textOf(path)
  return text === '' && isReplaced(path) ? goneWrapper : parseProcessFile(text)
}

/**
 * Makes the process file in a wrapper's place, so that none can: each makes it exclusively, and runs nothing where it is
 * there. False where a wrapper was quicker.
 */
export async function forbidProcessFile(path: string): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  try {
    await writeFile(path, '', { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  }
}

/** How long a wrapper may take between making its process file and writing it, in milliseconds. */
const writingPatience = 5_000

/** What the process file says once it is written; undefined where it is not there, or nobody is left to write it. */
export async function untilProcessFile(
  path: string,
  signal: AbortSignal,
): Promise<ProcessIdentity | undefined> {
  for (let waited = 0; waited < writingPatience; waited += 10) {
    const written = readProcessFile(path)
    if (written !== undefined || !existsSync(path)) return written
    await delay(10, undefined, { signal }).catch(() => signal.throwIfAborted())
  }
  return undefined
}

export const readExitFile = (path: string): number | undefined => parseExitFile(textOf(path))

/** What `times` wrote; nothing where it has not come so far. */
export const readTimesFile = (path: string): string => textOf(path)

/** More than any of them has. */
const longest = 1_024

const textOf = (path: string): string => readPlainFile(path, longest)?.toString('latin1') ?? ''

function isReplaced(path: string): boolean {
  try {
    return !lstatSync(path).isFile()
  } catch {
    return false
  }
}
