import { existsSync } from 'node:fs'
import type { Finding } from './finding.ts'

/** How limits of commands are kept on this host. */
export function inspectCommandLimits(): Finding {
  const what = 'limits of commands'
  if (!existsSync('/proc/self/smaps_rollup'))
    return {
      what,
      verdict: 'warning',
      detail: 'output, file size and processes; this system does not tell the memory of processes',
    }
  return {
    what,
    verdict: 'ok',
    detail: 'memory, processes and output are looked at once a second (sampled), file size by the kernel',
  }
}
