import { readdirSync, readFileSync } from 'node:fs'
import type { ProcessEntry } from './process-entry.ts'
import { psEntries, psEntry, psMarkers } from './ps-table.ts'

const linux = process.platform === 'linux'

let bootId: string | undefined
/** Start times on Linux count from the start of the machine, so its identity belongs to them. */
function boot(): string {
  if (bootId === undefined) {
    try {
      bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').slice(0, 8)
    } catch {
      bootId = 'unknown'
    }
  }
  return bootId
}

/** The entry of one process, or undefined where there is none. A zombie has one. */
export function processEntry(pid: number): ProcessEntry | undefined {
  if (!linux) return psEntry(pid)
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'), boot())
  } catch {
    return undefined
  }
}

export interface ProcessTable {
  readonly entries: readonly ProcessEntry[]
  /** False where a process went away while the table was read: what it forked just then may be missing. */
  readonly complete: boolean
}

/** Every process that can be seen now. */
export function processTable(): ProcessTable {
  if (!linux) return { entries: psEntries(), complete: true }
  const entries: ProcessEntry[] = []
  let complete = true
  for (const name of readdirSync('/proc')) {
    const first = name.charCodeAt(0)
    if (first < 48 || first > 57) continue
    const entry = processEntry(Number(name))
    if (entry === undefined) complete = false
    else entries.push(entry)
  }
  return { entries, complete }
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
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/environ`, 'latin1')
  } catch {
    return undefined
  }
  const start = text.startsWith(`${variable}=`) ? 0 : text.indexOf(`\0${variable}=`) + 1
  if (start === 0 && !text.startsWith(`${variable}=`)) return undefined
  const end = text.indexOf('\0', start)
  return text.slice(start + variable.length + 1, end === -1 ? undefined : end)
}

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
