import { constants } from 'node:os'
import type { Outcome } from '../engine/state.ts'

/** `reason` is what a run was cancelled for: the name of a signal, mostly. */
export function exitCode(outcome: Outcome, reason: unknown): number {
  switch (outcome) {
    case 'succeeded':
      return 0
    case 'failed':
      return 1
    case 'cancelled':
      return 128 + (signalNumber(reason) ?? constants.signals.SIGTERM)
  }
}

function signalNumber(name: unknown): number | undefined {
  return Object.entries(constants.signals).find(([signal]) => signal === name)?.[1]
}
