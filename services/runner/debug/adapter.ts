import type { ProcessScope } from '../../../lib/processes/process-scope.ts'
import type { AskedHandler, DapClient } from './dap-client.ts'
import type { Place } from './place.ts'

/** Whom requests of the Debug Adapter Protocol are sent to. Every one is settled within its time. */
export type DapPeer = Pick<DapClient, 'request' | 'closed' | 'close'>

/** A debugger that speaks the protocol, owned: a program, or a bridge of ours to a debugger that speaks another one. */
export type Adapter = AsyncDisposable & {
  readonly client: DapPeer
  /** The end of what it has written to its standard error; empty where it has none. */
  readonly stderr: string
  /**
   * The debuggee has ended, of which it has said nothing: it tells that as if it had heard of it itself. `code`: with which;
   * undefined: nobody knows. Left out: it hears of each end.
   */
  readonly lost?: ((code: number | undefined) => void) | undefined
}

/** A process that the debuggee has started. It waits for whoever is to debug it, and runs nothing of its own before. */
export type ChildProcess = {
  /** Its number, and that of the process which has started it, as they see themselves. */
  readonly pid: number
  readonly parent: number | null
  /** What speaks with its debugger alone. */
  readonly open: OpenAdapter
  /** As of an EnginePlan; there is nothing to be launched. */
  begin(
    client: DapPeer,
    event: (name: string) => Promise<unknown>,
  ): Promise<{ ok: true } | { ok: false; message: string }>
  /** It has been killed, of which a debugger may hear nothing. Left out: this one does. */
  killed?(): void
  /** Has it run without a debugger, instead of all this. */
  release(): void
}

/** What an adapter is opened with. `event` is to be called for each of its events, in order. */
export type Opening = {
  /** Owns the processes that it starts. */
  readonly scope: ProcessScope
  readonly place: Place
  readonly event: (name: string, body: unknown) => void
  /** To be called for each request of its own, which is refused. */
  readonly asked?: AskedHandler | undefined
  /** To be called for each child process that has come. */
  readonly child: (child: ChildProcess) => void
  /** To be called, in place of all that follows, where the debuggee is nothing that can be run: the adapter is well. */
  readonly unlaunchable?: ((why: string) => void) | undefined
}

/** Never throws: what is wrong is told through `closed`. */
export type OpenAdapter = (opening: Opening) => Adapter
