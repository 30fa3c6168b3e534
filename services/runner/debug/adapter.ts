import type { ProcessScope } from '../../../lib/processes/process-scope.ts'
import type { DapClient } from './dap-client.ts'
import type { Place } from './place.ts'

/** Whom requests of the Debug Adapter Protocol are sent to. Every one is settled within its time. */
export type DapPeer = Pick<DapClient, 'request' | 'closed' | 'close'>

/** A debugger that speaks the protocol, owned: a program, or a bridge of ours to a debugger that speaks another one. */
export type Adapter = AsyncDisposable & {
  readonly client: DapPeer
  /** The end of what it has written to its standard error; empty where it has none. */
  readonly stderr: string
}

/** What an adapter is opened with. `event` is to be called for each of its events, in order. */
export type Opening = {
  /** Owns the processes that it starts. */
  readonly scope: ProcessScope
  readonly place: Place
  readonly event: (name: string, body: unknown) => void
}

/** Never throws: what is wrong is told through `closed`. */
export type OpenAdapter = (opening: Opening) => Adapter
