import type { ProcessEntry } from './process-entry.ts'

/**
 * The process table where there is no `/proc`: read from `ps`. Written for macOS against its manual and not yet proven
 * there. It does not know sessions; the process group stands in for them.
 */
const columns = 'pid=,ppid=,pgid=,stat=,lstart='

export function psEntries(): ProcessEntry[] {
  return parsePs(ps(['-A', '-o', columns]))
}

export function psEntry(pid: number): ProcessEntry | undefined {
  return parsePs(ps(['-p', String(pid), '-o', columns]))[0]
}

/** The value of one environment variable by process; `-E` appends the environment to the command. */
export function psMarkers(variable: string): ReadonlyMap<number, string> {
  const markers = new Map<number, string>()
  for (const line of ps(['-A', '-E', '-ww', '-o', 'pid=,command=']).split('\n')) {
    const at = line.indexOf(` ${variable}=`)
    if (at === -1) continue
    const value = line.slice(at + variable.length + 2).split(' ', 1)[0]
    if (value !== undefined) markers.set(Number.parseInt(line, 10), value)
  }
  return markers
}

/** Reads the lines of `ps -o pid=,ppid=,pgid=,stat=,lstart=`; lines that are none of these are passed over. */
export function parsePs(text: string): ProcessEntry[] {
  const entries: ProcessEntry[] = []
  for (const line of text.split('\n')) {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\S.*?)\s*$/.exec(line)
    if (match === null) continue
    const [, pid, ppid, pgid, state = '', started = ''] = match
    entries.push({
      pid: Number(pid),
      ppid: Number(ppid),
      pgid: Number(pgid),
      sid: Number(pgid),
      startTime: started,
      startOrder: Date.parse(started) || 0,
      zombie: state.startsWith('Z'),
      stopped: state.startsWith('T'),
    })
  }
  return entries
}

function ps(args: readonly string[]): string {
  const { spawnSync } = process.getBuiltinModule('node:child_process')
  return spawnSync('ps', args, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } }).stdout ?? ''
}
