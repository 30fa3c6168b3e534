import type { Socket } from 'node:net'
import type { RawHeaders } from '../headers.ts'
import type { ResponseHead } from './response-head.ts'

/**
 * Why there is no whole answer. `unreachable`: no connection came about; `silent`: it ended before anything was said;
 * `late`: nothing was said in time; `invalid`: what was said is no HTTP; `broken`: it ended in the middle of it.
 */
export type Failure = {
  readonly reason: 'unreachable' | 'silent' | 'late' | 'invalid' | 'broken'
  readonly cause: Error
}

/**
 * What has become of bytes that were handed on. `taken`: they may be overwritten; `kept`: they may not; `full`: they may not,
 * and no more are to come until `resume`.
 */
export type Taken = 'taken' | 'kept' | 'full'

/** A connection that has changed to another protocol. Nothing comes of it before `read`, which is called once, and at once. */
export type Switched = { readonly socket: Socket; read(take: (bytes: Buffer) => Taken): void }

/** Who is told what comes back, in this order. One of `end`, `upgrade` and `failed` is the last. */
export type AnswerTo = {
  /** A status from 100 to 199 but 101, before the answer itself. */
  interim(status: number, raw: RawHeaders): void
  head(head: ResponseHead): void
  data(bytes: Buffer): Taken
  end(trailers: RawHeaders): void
  /** The upstream agrees to another protocol. What it has said in that already is the first to be read. */
  upgrade(raw: RawHeaders, to: Switched): void
  failed(failure: Failure): void
}
