import { contract, operationNames } from '../../services/contract/contract.ts'
import { Connection } from './connection.ts'
import type { Download } from './download.ts'
import type { LogTail, LogTailInput } from './log-tail.ts'
import type {
  Arguments,
  BytesName,
  CallName,
  CallOptions,
  EventsName,
  GroupedMethods,
  Input,
  Output,
  StreamName,
  Versioned,
} from './operation-types.ts'
import type { Transport } from './transport.ts'

/**
 * A Debug Server, typed by its contract: `client.sessions.create(input)` is `client.call('sessions.create', input)`.
 *
 * Rejects with a ProblemError where the server refuses, with a ConnectionError where it cannot be asked or does not
 * answer in time, and with the signal's reason where the caller ended the call.
 */
export type Client = GroupedMethods &
  AsyncDisposable & {
    readonly baseUrl: string
    call<Name extends CallName>(name: Name, ...args: Arguments<Name>): Promise<Output<Name>>
    /** As `call`, with the version for an update's `ifMatch`. */
    versioned<Name extends CallName>(name: Name, ...args: Arguments<Name>): Promise<Versioned<Output<Name>>>
    /** Resolves when the server has begun to answer; see `Download`. */
    download(name: BytesName, input: Input<BytesName>, options?: CallOptions): Promise<Download>
    /** Connects when it is iterated, and resumes by itself; see `resumingLog`. */
    stream(
      name: StreamName,
      input: Input<StreamName>,
      options?: CallOptions,
    ): AsyncIterable<Output<StreamName>>
    /** The last bytes of a stream of a command, as there are now: what is before them is not sent. */
    logTail(input: LogTailInput, options?: Pick<CallOptions, 'signal'>): Promise<LogTail>
    /** Connects when it is iterated, and goes on behind the last change by itself; see `resumingEvents`. */
    changes(
      name: EventsName,
      input?: Input<EventsName>,
      options?: CallOptions,
    ): AsyncIterable<Output<EventsName>>
  }

export type ClientOverOptions = {
  readonly address: string
  readonly transport: Transport
  readonly signal: AbortSignal | undefined
}

/** A client over any transport. It ends the transport when it is disposed. */
export function clientOver({ address, transport, signal }: ClientOverOptions): Client {
  const connection = new Connection({ transport, baseUrl: address, signal })
  const client: Omit<Client, keyof GroupedMethods> = {
    baseUrl: address,
    call: (name, ...[input, options]) => connection.call(contract[name], input ?? {}, options),
    versioned: (name, ...[input, options]) => connection.versioned(contract[name], input ?? {}, options),
    download: (name, input, options) => connection.download(contract[name], input, options),
    stream: (_, input, options) => connection.logs(input, options),
    logTail: (input, options) => connection.logTail(input, options),
    changes: (_, input, options) => connection.events(input ?? {}, options),
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  }
  return Object.assign(client, groupedMethods(client))
}

/** The names of the contract decide the methods at run time here, and in the types there: nothing else can tie the two. */
function groupedMethods({
  call,
  download,
  stream,
  changes,
}: Pick<Client, 'call' | 'download' | 'stream' | 'changes'>): GroupedMethods {
  const ways = { json: call, bytes: download, stream, events: changes }
  const groups: Record<string, Record<string, unknown>> = {}
  for (const name of operationNames) {
    const [group = '', verb = ''] = name.split('.')
    groups[group] ??= {}
    groups[group][verb] = (...args: unknown[]) =>
      Reflect.apply(ways[contract[name].answer], undefined, [name, ...args])
  }
  return groups as GroupedMethods
}
