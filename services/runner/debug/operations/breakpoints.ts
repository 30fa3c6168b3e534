import type { Breakpoint } from '../../../contract/debug-resources.ts'
import { parseSourceLine } from '../../../contract/fields.ts'
import type { LiveDebugSession } from '../live-debug-session.ts'

export async function setBreakpoints(
  live: LiveDebugSession,
  { breakpoints, remove }: { breakpoints: readonly string[]; remove: boolean },
): Promise<Breakpoint[]> {
  await live.whenLaunched()
  const lines = breakpoints.map(parseSourceLine).filter(line => line !== undefined)
  return remove ? live.breakpoints.remove(lines) : live.breakpoints.add(lines)
}
