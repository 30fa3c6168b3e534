import { readdirSync } from 'node:fs'
import { bootId } from '../boot-id.ts'
import type { ProcessEntry } from './process-entry.ts'
import { psEntries, psEntry, psMarkers } from './ps-table.ts'
import { readKernelFile } from './read-kernel-file.ts'

const linux = process.platform === 'linux'

/** Start times on Linux count from the start of the machine, so its identity belongs to them. */
const boot = (): string => bootId().slice(0, 8)

/** The entry of one process, or undefined where there is none. A zombie has one. */
export function processEntry(pid: number): ProcessEntry | undefined {
  if (!linux) return psEntry(pid)
  try {
    return parseStat(readKernelFile(`/proc/${pid}/stat`), boot())
  } catch {
    return undefined
  }
}

export interface ProcessTable {
  readonly entries: readonly ProcessEntry[]
  /** False where more and more appeared while the table was read: what those forked may be missing. */
  readonly complete: boolean
}

const listingsAtMost = 10

/**
 * Every process that can be seen now. Listed again until nobody is new: who was not listed yet and has lost its parent
 * before that was looked at, as a daemon between two forks, is in the next listing.
 */
export function processTable(): ProcessTable {
  if (!linux) return { entries: psEntries(), complete: true }
  const entries: ProcessEntry[] = []
  const listed = new Set<string>()
  for (let listing = 0; listing < listingsAtMost; listing++) {
    let complete = true
    for (const name of readdirSync('/proc')) {
      const first = name.charCodeAt(0)
      if (first < 48 || first > 57 || listed.has(name)) continue
      listed.add(name)
      complete = false
      const entry = processEntry(Number(name))
      if (entry !== undefined) entries.push(entry)
    }
    if (complete) return { entries, complete }
  }
  return { entries, complete: false }
}

/** Reads variables of the environment that processes were started with. */
export type EnvironmentReader = (pid: number, variable: string) => string | undefined

/**
 * A reader for processes of one moment. Undefined where the variable is not set, the process is gone, or it belongs to
 * another user.
 */
export function environmentReader(): EnvironmentReader {
  if (linux) return readEnvironment
  let markers: ReadonlyMap<number, string> | undefined
  return (pid, variable) => {
    markers ??= psMarkers(variable)
    return markers.get(pid)
  }
}

function readEnvironment(pid: number, variable: string): string | undefined {
  try {
    return valueIn(readKernelFile(`/proc/${pid}/environ`), variable)
  } catch {
    return undefined
  }
}

function valueIn(environment: string, variable: string): string | undefined {
  const start = environment.startsWith(`${variable}=`) ? 0 : environment.indexOf(`\0${variable}=`) + 1
  if (start === 0 && !environment.startsWith(`${variable}=`)) return undefined
  const end = environment.indexOf('\0', start)
  return environment.slice(start + variable.length + 1, end === -1 ? undefined : end)
}

/**
 * Whether it is certain that a process was started without a variable, where it has shown none. It is not where the process
 * is ending, or is becoming another program: then it shows nothing for a moment, and so it does to who has begun to read
 * before and reads on after, when all seems settled again.
 */
export function isUnset(pid: number, variable: string): boolean {
  if (!linux) return processEntry(pid) !== undefined
  let shown = ''
  try {
    shown = readKernelFile(`/proc/${pid}/environ`)
  } catch {
    // It has gone, or we may not look into it.
  }
  if (shown !== '') return valueIn(shown, variable) === undefined
  try {
    return parseBare(readKernelFile(`/proc/${pid}/stat`))
  } catch {
    return false
  }
}

/** Whether a line of `/proc/PID/stat` is of a process that has no environment, or none that we may ever see. */
export function parseBare(text: string): boolean {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  // flags(6) … startcode(23) … env_start(47) env_end(48), which are fields 9, 26, 50 and 51 of proc(5).
  if ((Number(fields[6]) & kernelThread) !== 0 || fields[23] === hidden) return true
  // The kernel tells where a new program's code is once it has told where its environment ends.
  return fields[23] !== '0' && fields[48]?.trim() === fields[47]
}

const kernelThread = 0x20_0000
/** What stands for an address in a process that we may not look into. */
const hidden = '1'

/** Reads a line of `/proc/PID/stat`; its second field is the name in parentheses and may hold anything. */
export function parseStat(text: string, bootIdentity: string): ProcessEntry | undefined {
  const close = text.lastIndexOf(')')
  const pid = Number.parseInt(text, 10)
  // After the name: state(0) ppid(1) pgrp(2) session(3) … starttime(19), which is field 22 of proc(5).
  const fields = text.slice(close + 2).split(' ')
  const [state, ppid, pgid, sid] = fields
  const ticks = fields[19]
  if (close === -1 || Number.isNaN(pid) || state === undefined || ticks === undefined) return undefined
  return {
    pid,
    ppid: Number(ppid),
    pgid: Number(pgid),
    sid: Number(sid),
    startTime: `${bootIdentity}:${ticks}`,
    startOrder: Number(ticks),
    zombie: state === 'Z' || state === 'X',
    stopped: state === 'T' || state === 't',
  }
}
