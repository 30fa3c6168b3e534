import type { Viewer } from '../../contract/debug-control.ts'

/** What comes with each call of a debug operation. */
export type DebugCall = {
  readonly by: Viewer
  /** Aborts when who asks has gone. */
  readonly gone: AbortSignal
}
