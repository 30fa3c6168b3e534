import { existsSync } from 'node:fs'
import type { ServerSettings } from '../../config/schema.ts'
import { ownPlaces } from '../../lib/cgroups/own-places.ts'
import type { Finding } from './finding.ts'

const what = 'limits of commands'

/** How limits of commands are kept on this host. */
export function inspectCommandLimits(mode: ServerSettings['runner']['cgroups']): Finding {
  const seen = mode === 'none' ? [] : ownPlaces()
  const place = seen.find(({ fault }) => fault === undefined)?.place
  if (place !== undefined)
    return {
      what,
      verdict: 'ok',
      detail: `memory, processes and file size by the kernel (control groups version ${place.version}, ${place.memory}), output once a second`,
    }
  const why = mode === 'none' ? 'switched off' : (seen[0]?.fault ?? 'this system has none')
  const sampled = `looked at once a second, without control groups (${why})`
  if (!existsSync('/proc/self/smaps_rollup'))
    return {
      what,
      verdict: 'warning',
      detail: `processes and output are ${sampled}; this system does not tell the memory of processes`,
    }
  return {
    what,
    verdict: 'ok',
    detail: `memory, processes and output are ${sampled}, file size by the kernel`,
  }
}
