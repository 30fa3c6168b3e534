import type { LiveDebugSession } from '../live-debug-session.ts'

/** A debuggee that was launched, with the processes below it that are debugged: they share its command. */
export type Family = {
  readonly root: LiveDebugSession
  /** Those that live now, the one that was launched first. */
  readonly members: () => readonly LiveDebugSession[]
}
