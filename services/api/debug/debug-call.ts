import type { Viewer } from '../../contract/debug-control.ts'
import type { Scope } from '../../contract/scopes.ts'

/** What comes with each call of a debug operation. */
export type DebugCall = {
  readonly by: Viewer
  /** They sit in front of an editor: whoever has only acted makes way for them. */
  readonly isPerson?: boolean
  /** Aborts when who asks has gone. */
  readonly gone: AbortSignal
}

/** With what who asks may do, for what depends on the input. */
export type ScopedDebugCall = DebugCall & { readonly scopes: readonly Scope[] }
