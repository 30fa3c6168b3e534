import type { DebugSession, Stop } from '../../contract/debug-resources.ts'
import type { StoppedEvent } from './dap-messages.ts'

/**
 *     launching → running ⇄ halted → stopped → running
 *         └──────────┴────────┴─────────┴→ ended
 *
 * `halted`: it stands still, and where is being asked; from outside it still runs, so that a stop is told with its place.
 * `number` counts the stops.
 */
export type DebuggeeState =
  | { kind: 'launching'; number: 0 }
  /** `from`: where it was sent on from, until the adapter has agreed to that. */
  | { kind: 'running'; number: number; from: StoppedState | null }
  | { kind: 'halted'; number: number; event: StoppedEvent }
  | StoppedState
  | { kind: 'ended'; number: number; last: DebugSession | null }

export type StoppedState = { kind: 'stopped'; number: number; stop: Stop }

export type Happening =
  /** The adapter has been told all there was to tell, and lets the debuggee run. */
  | { kind: 'configured' }
  /** The adapter's `stopped`, then what was found out about that stop. */
  | { kind: 'halted'; event: StoppedEvent }
  | { kind: 'located'; stop: Stop }
  /** The stop was none to anybody, and is undone. */
  | { kind: 'passed_over'; number: number }
  /** A client sends it on; the adapter agrees or refuses; or the adapter says by itself that it goes on. */
  | { kind: 'sent_on' }
  | { kind: 'agreed' }
  | { kind: 'refused' }
  | { kind: 'continued' }
  /** Null where its end is not this runner's to tell. */
  | { kind: 'ended'; last: DebugSession | null }

/** The state after something has happened; the same where that changes nothing. */
export function debuggeeState(state: DebuggeeState, happening: Happening): DebuggeeState {
  if (state.kind === 'ended') return state
  const { number } = state
  switch (happening.kind) {
    case 'configured':
      // It may have stopped already.
      return state.kind === 'launching' ? { kind: 'running', number, from: null } : state
    case 'halted':
      return { kind: 'halted', number: number + 1, event: happening.event }
    case 'located':
      return state.kind === 'halted' && happening.stop.number === number
        ? { kind: 'stopped', number, stop: happening.stop }
        : state
    case 'passed_over':
      return state.kind === 'halted' && happening.number === number
        ? { kind: 'running', number: number - 1, from: null }
        : state
    case 'sent_on':
      return state.kind === 'stopped' ? { kind: 'running', number, from: state } : state
    case 'agreed':
      return state.kind === 'running' ? { ...state, from: null } : state
    case 'refused':
      return state.kind === 'running' && state.from !== null ? state.from : state
    case 'continued':
      return state.kind === 'stopped' || state.kind === 'halted'
        ? { kind: 'running', number, from: null }
        : state
    case 'ended':
      return { kind: 'ended', number, last: happening.last }
  }
}

export const hasEnded = ({ kind }: DebuggeeState): boolean => kind === 'ended'

/** A client has sent it on, to which the adapter has not agreed yet, so that nothing has been told of it. */
export const wasSentOn = (state: DebuggeeState): boolean => state.kind === 'running' && state.from !== null
