import type { Capabilities } from '../dap-messages.ts'
import type { LiveDebugSession } from '../live-debug-session.ts'
import { Refusal } from '../refusal.ts'

type Capability = {
  [Name in keyof Capabilities]: Capabilities[Name] extends boolean ? Name : never
}[keyof Capabilities]

/** Throws a Refusal where the adapter has not said that it can: some abort at what they have not said. */
export function able(live: LiveDebugSession, capability: Capability, what: string): void {
  if (live.adapter.capabilities[capability]) return
  throw new Refusal('debugger_refused', `this debugger (${live.identity.engine}) has no ${what}`)
}
