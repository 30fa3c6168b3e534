import { readdirSync } from 'node:fs'
import type { ProcessIdentity } from '../../../lib/processes/identity.ts'
import { processEntry } from '../../../lib/processes/process-table.ts'
import { readKernelFile } from '../../../lib/processes/read-kernel-file.ts'

/**
 * `dead`: it has ended with this code, as a shell has it, and somebody has to take notice of that still. `gone`: somebody has.
 * `alive` is also one of which nothing can be read now, as where no more files can be opened.
 */
export type ProcessEnd = { kind: 'alive' | 'gone' } | { kind: 'dead'; code: number }

/** What has become of a process, by the kernel of Linux. */
export function processEnd({ pid, startTime }: ProcessIdentity): ProcessEnd {
  const entry = processEntry(pid)
  if (entry === undefined) return { kind: isThere(pid) ? 'alive' : 'gone' }
  if (entry.startTime !== startTime) return { kind: 'gone' }
  if (!entry.zombie) return { kind: 'alive' }
  try {
    // Its first thread may have ended alone.
    const tasks = `/proc/${pid}/task`
    return endOfThreads(readdirSync(tasks).map(task => readKernelFile(`${tasks}/${task}/stat`)))
  } catch {
    // One of its threads has gone meanwhile: the next look tells more.
    return { kind: 'alive' }
  }
}

/** Without opening a file. */
function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH')
  }
}

/** By the `stat` of each thread. Those that were ended with all others have the status of that. */
export function endOfThreads(threads: readonly string[]): ProcessEnd {
  const fields = threads.map(text => text.slice(text.lastIndexOf(')') + 2).split(' '))
  if (!fields.every(([state]) => state === 'Z' || state === 'X')) return { kind: 'alive' }
  // Field 52 of proc(5), as waitpid has it.
  const statuses = fields.map(one => Number(one[49] ?? 0))
  const status = statuses.find(one => one !== 0) ?? 0
  const signal = status & 0x7f
  return { kind: 'dead', code: signal === 0 ? (status >> 8) & 0xff : 128 + signal }
}
