import { type FSWatcher, watch } from 'node:fs'
import { isAlive, type ProcessIdentity } from '../../../lib/processes/identity.ts'
import type { SeenEnd } from './command-outcome.ts'
import { readExitFile } from './wrapper-files.ts'

/** How often a command is looked at when nothing tells of its end. */
const pollMs = 1_000

/**
 * Waits until a command's wrapper has left, and tells what it left behind. Works the same for one that was started
 * here and for one of an earlier runner: the exit file is the truth; word of its end, a change of the file and a slow poll
 * only say when to read it. Rejects when `signal` aborts.
 */
export function watchCommand(
  wrapper: ProcessIdentity,
  exitFile: string,
  ended: Promise<unknown> | undefined,
  signal: AbortSignal,
): Promise<SeenEnd> {
  const { promise, resolve, reject } = Promise.withResolvers<SeenEnd>()
  const look = () => {
    try {
      // In this order: a wrapper that has left wrote its file before.
      const alive = isAlive(wrapper)
      const code = readExitFile(exitFile)
      if (code !== undefined) resolve({ kind: 'exited', code })
      else if (!alive) resolve({ kind: 'gone' })
    } catch (error) {
      reject(error)
    }
  }
  const abort = () => reject(signal.reason)
  const timer = setInterval(look, pollMs)
  const watcher = ended === undefined ? watched(exitFile, look) : undefined
  ended?.then(look)
  signal.addEventListener('abort', abort)
  if (signal.aborted) abort()
  else if (ended === undefined) look()
  return promise.finally(() => {
    clearInterval(timer)
    watcher?.close()
    signal.removeEventListener('abort', abort)
  })
}

/** The file alone is watched, not its directory: every write to the logs there would be an event. */
function watched(file: string, changed: () => void): FSWatcher | undefined {
  try {
    return watch(file, changed).on('error', () => undefined)
  } catch {
    return undefined // the poll does it
  }
}
