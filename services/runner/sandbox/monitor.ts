import { readlinkSync } from 'node:fs'

/** Whether a process is bubblewrap itself, which waits for what it has started inside. `program`: where it lies. */
export function isSandboxMonitor(pid: number, program: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/exe`) === program
  } catch {
    return false // gone, of another user, or on a system without /proc
  }
}
