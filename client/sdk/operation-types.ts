import type { Contract, OperationName } from '../../services/contract/contract.ts'
import type { InputOf, Operation, OutputOf } from '../../services/contract/operation.ts'
import type { Download, DownloadFrom } from './download.ts'

/** What the types of the client, of its grouped methods and of the CLI are derived from. No runtime code. */

export type NameThatAnswers<Answer extends Operation['answer']> = {
  [Name in OperationName]: Contract[Name]['answer'] extends Answer ? Name : never
}[OperationName]

/** Operations that answer once, with one value. */
export type CallName = NameThatAnswers<'json'>
/** Operations that answer with a sequence of messages. */
export type StreamName = NameThatAnswers<'stream'>
/** Operations that answer with a file. */
export type BytesName = NameThatAnswers<'bytes'>

/** Operations that answer with changes. */
export type EventsName = NameThatAnswers<'events'>

export type Input<Name extends OperationName> = InputOf<Contract[Name]>
export type Output<Name extends OperationName> = OutputOf<Contract[Name]>

export type CallOptions = {
  /** Ends the call; the promise (or the iteration) then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Of an update: the version that it is to be done to; one that has changed meanwhile is `version_mismatch`. */
  readonly ifMatch?: string | undefined
  /** Of a download: where to begin, and to stop. Its `offset` tells whether the server goes on there. */
  readonly from?: DownloadFrom | undefined
}

/** What was answered, and which version of it that is, where it can be updated. */
export type Versioned<Value> = { readonly value: Value; readonly version: string | undefined }

/** The input may be left out where every field of it may. */
export type Arguments<Name extends OperationName> =
  Record<never, never> extends Input<Name>
    ? [input?: Input<Name>, options?: CallOptions]
    : [input: Input<Name>, options?: CallOptions]

export type Method<Name extends OperationName> = (...args: Arguments<Name>) => Answered<Name>

type Answered<Name extends OperationName> = Name extends StreamName | EventsName
  ? AsyncIterable<Output<Name>>
  : Promise<Name extends BytesName ? Download : Output<Name>>

type GroupOf<Name> = Name extends `${infer Group}.${string}` ? Group : never

/** `client.sessions.create(…)` for `sessions.create`, and so on for every operation of the contract. */
export type GroupedMethods = {
  readonly [Group in GroupOf<OperationName>]: {
    readonly [Name in OperationName as Name extends `${Group}.${infer Verb}` ? Verb : never]: Method<Name>
  }
}
