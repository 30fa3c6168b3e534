import { readlinkSync } from 'node:fs'
import { basename } from 'node:path'

/** Whether a process is bubblewrap itself, which waits outside for what it has started inside. */
export function isSandboxMonitor(pid: number): boolean {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`)) === 'bwrap'
  } catch {
    return false // gone, of another user, or on a system without /proc
  }
}
