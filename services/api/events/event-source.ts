import type { SessionId } from '../../contract/ids.ts'

/** Which changes are to be told. */
export type EventSource = {
  readonly session: SessionId | undefined
  /** Undefined: from now on. */
  readonly after: number | undefined
  readonly once: boolean
}
