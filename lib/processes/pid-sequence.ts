import { statfsSync } from 'node:fs'
import { monotonicMs } from '../monotonic.ts'
import { readKernelFile } from './read-kernel-file.ts'

/**
 * Linux gives out pids upwards, one after the other, and says which one it gave last. So who was created after some
 * moment has one of the pids that were given since, and where these are few and known there is no need to read a table of
 * all processes.
 *
 * Pids start anew when they reach their limit. Going round once takes more than `cycleMs` even where the limit is 32,768:
 * nothing is said about moments that are longer ago, nor after a number that is smaller than the one before.
 */
export interface PidMoment {
  /** The last pid that had been given. */
  readonly pid: number
  /** By the clock of `monotonicMs`. */
  readonly at: number
}

export const cycleMs = 1_000
/** Looking at more pids than these one by one costs what reading the table does. */
export const longestRange = 200
const rememberedAtMost = 2_000

/** Pids of what this process spawned, and when it knew of them; the oldest first. */
const spawned = new Map<number, number>()

/** Tells of a process that the caller has spawned and looks after itself: it is nobody's daemon. */
export function rememberSpawned(pid: number, at: number = monotonicMs()): void {
  spawned.delete(pid)
  spawned.set(pid, at)
  if (spawned.size < 2 * rememberedAtMost) return
  for (const old of [...spawned.keys()].slice(0, rememberedAtMost)) spawned.delete(old)
}

/** The moment that is now, or undefined where the system does not tell. */
export function pidMoment(): PidMoment | undefined {
  const at = monotonicMs()
  const pid = newestPid()
  return pid === undefined ? undefined : { pid, at }
}

/**
 * The pids given after `from` and until `to`, without those of `rememberSpawned`; undefined where that cannot be told.
 * Some are of threads, and most of these processes have ended already.
 */
export function unknownPids(from: PidMoment, to: PidMoment): number[] | undefined {
  const length = to.pid - from.pid
  if (length < 0 || length > longestRange || to.at - from.at > cycleMs) return undefined
  const pids: number[] = []
  for (let pid = from.pid + 1; pid <= to.pid; pid++) {
    const at = spawned.get(pid)
    if (at === undefined || at < from.at) pids.push(pid)
  }
  return pids
}

/** The last field of a line of `/proc/loadavg`; 0, or nothing, on systems that imitate it. */
export function parseNewestPid(text: string): number | undefined {
  const pid = Number(/ (\d+)\s*$/.exec(text)?.[1])
  return pid > 0 ? pid : undefined
}

const source = '/proc/loadavg'
const procfs = 0x9fa0
let told: boolean | undefined

function newestPid(): number | undefined {
  told ??= isTold()
  return told ? parseNewestPid(readKernelFile(source)) : undefined
}

/** In containers another file may lie over this one, which speaks of pids that are not ours. */
function isTold(): boolean {
  try {
    return process.platform === 'linux' && statfsSync(source).type === procfs
  } catch {
    return false
  }
}
