import { processEntry } from './process-table.ts'

/** One process for ever: its pid may be given to another one later, its pid with its start time never is. */
export interface ProcessIdentity {
  readonly pid: number
  /** Opaque text, made to be stored and compared. */
  readonly startTime: string
}

/** Who has this pid now, or undefined where nobody has. */
export function identify(pid: number): ProcessIdentity | undefined {
  const entry = processEntry(pid)
  return entry === undefined ? undefined : { pid, startTime: entry.startTime }
}

export function identifySelf(): ProcessIdentity {
  const own = identify(process.pid)
  if (own === undefined) throw new Error('this process is not in the process table')
  return own
}

/** Whether exactly this process still runs. A zombie does not. */
export function isAlive(identity: ProcessIdentity): boolean {
  const entry = processEntry(identity.pid)
  return entry !== undefined && entry.startTime === identity.startTime && !entry.zombie
}

/**
 * Sends a signal to exactly this process; a stopped one is continued, for it would not heed it otherwise.
 * False where it is gone, or where it belongs to another user.
 */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  const entry = processEntry(identity.pid)
  if (entry === undefined || entry.startTime !== identity.startTime || entry.zombie) return false
  try {
    process.kill(identity.pid, signal)
    if (entry.stopped && signal !== 'SIGSTOP') process.kill(identity.pid, 'SIGCONT')
    return true
  } catch {
    return false
  }
}
