import type { signalExitCodes } from './exit-codes.ts'

/** The reason with which everything is aborted when this program is told to end. */
export class Interruption extends Error {
  readonly signal: keyof typeof signalExitCodes

  constructor(signal: keyof typeof signalExitCodes) {
    super(signal)
    this.signal = signal
  }
}
