import { spawnSync } from 'node:child_process'
import { availableParallelism, loadavg } from 'node:os'
import { median } from './row.ts'

/** What this machine takes for what is the same everywhere: figures and goals in milliseconds are to be read by it. */
export function machineLine(): string {
  const took = Array.from({ length: 9 }, () => {
    const began = performance.now()
    spawnSync(process.execPath, ['-e', '0'])
    return performance.now() - began
  })
  const [load = Number.NaN] = loadavg()
  return `Here node -e 0 takes ${Math.round(median(took))} ms: ${availableParallelism()} processors, at a load of ${load.toFixed(1)} before the first figure.\n\n`
}
