import { readKernelFile } from './read-kernel-file.ts'

/**
 * Bytes of memory that a process takes, with what it shares counted in parts, so that the sum over processes is what all
 * of them take (`Pss` of proc_pid_smaps(5)). Undefined where it is gone, belongs to another user, or the system does not
 * tell.
 */
export function processMemory(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined
  try {
    const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(readKernelFile(`/proc/${pid}/smaps_rollup`))?.[1]
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
  } catch {
    return undefined
  }
}
