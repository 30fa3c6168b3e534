import type { DebuggedChild, DebugSession } from '../../../contract/debug-resources.ts'
import type { DebuggeeBreakpoints } from '../breakpoints/debuggee-breakpoints.ts'
import type { DebuggeeEditors } from '../editors/debuggee-editors.ts'

/** A process that another has started, as it matters to those who look at that one. */
export type LiveChild = {
  readonly identity: Pick<DebugSession, 'id' | 'process'>
  readonly editors: DebuggeeEditors
  readonly breakpoints: Pick<DebuggeeBreakpoints, 'list' | 'add'>
  readonly children: LiveChildren
}

/** The processes that one has started, as far as they are debugged. */
export type LiveChildren = {
  /** What is told of all below it, those that stand still first. */
  told(): DebuggedChild[]
  /** Those next below it that have been launched. One whose parent is gone is below whatever lives above that. */
  next(): readonly LiveChild[]
  /** `changed` is called when one has come, or has gone. */
  watch(changed: () => void): Disposable
}

export const noChildren: LiveChildren = {
  told: () => [],
  next: () => [],
  watch: () => ({ [Symbol.dispose]: () => undefined }),
}
