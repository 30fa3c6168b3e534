import type { IncomingHttpHeaders } from 'node:http'
import type { Contract, OperationName } from '../../contract/contract.ts'
import type { OutputOf, ParsedInputOf } from '../../contract/operation.ts'
import type { Caller } from '../access.ts'
import type { ByteSource } from '../bytes/byte-source.ts'
import type { EventSource } from '../events/event-source.ts'
import type { LogSource } from '../logs/log-source.ts'
import type { Outcome } from '../outcome.ts'
import type { WantedVersions } from '../version.ts'

/** Operations that need no token. */
export type PublicName = {
  [N in OperationName]: Contract[N]['access'] extends 'public' ? N : never
}[OperationName]

/** Operations that answer with a stream. */
export type StreamName = {
  [N in OperationName]: Contract[N]['answer'] extends 'stream' ? N : never
}[OperationName]

/** Operations that answer with a file. */
export type BytesName = {
  [N in OperationName]: Contract[N]['answer'] extends 'bytes' ? N : never
}[OperationName]

/** Operations that answer with changes. */
export type EventsName = {
  [N in OperationName]: Contract[N]['answer'] extends 'events' ? N : never
}[OperationName]

/** All others: a token in, JSON out. */
export type JsonName = Exclude<OperationName, PublicName | StreamName | BytesName | EventsName>

/** What comes with the input. */
export type Call = {
  readonly caller: Caller
  /** Aborts when the client has gone away. */
  readonly gone: AbortSignal
  /** Of what makes something: by which it is done once; see `idempotent-handlers.ts`. */
  readonly idempotencyKey?: string | undefined
  /** Of an update: the versions that it is for; any without. */
  readonly ifMatch?: WantedVersions | undefined
}

/** What comes with the input where nobody has to say who they are. */
export type Visit = {
  /** Whom it comes from. */
  readonly address: string | null
  /** Without the query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
}

export type PublicHandlers = {
  [N in PublicName]: (
    input: ParsedInputOf<Contract[N]>,
    visit: Visit,
  ) => Promise<Outcome<OutputOf<Contract[N]>>>
}
/** All but the public ones. */
export type CalledName = Exclude<OperationName, PublicName>

/** What a handler gives: the answer itself, or what it is to be read from. */
export type AnswerOf<N extends CalledName> = {
  json: OutputOf<Contract[N]>
  stream: LogSource
  bytes: ByteSource
  events: EventSource
}[Contract[N]['answer']]

export type CalledHandlers = {
  [N in CalledName]: (input: ParsedInputOf<Contract[N]>, call: Call) => Promise<Outcome<AnswerOf<N>>>
}

/** One handler an operation: a missing one is an error of the compiler. */
export type Handlers = PublicHandlers & CalledHandlers
