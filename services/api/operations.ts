import { type Contract, contract, type OperationName } from '../contract/contract.ts'
import { admit, type Caller } from './access.ts'
import type { ByteSource } from './bytes/byte-source.ts'
import type { Context } from './context.ts'
import type { EventSource } from './events/event-source.ts'
import type {
  BytesHandlers,
  BytesName,
  Call,
  EventHandlers,
  EventsName,
  JsonHandlers,
  JsonName,
  PublicHandlers,
  PublicName,
  StreamHandlers,
  StreamName,
} from './handlers/handler.ts'
import { type RawInput, readInput } from './input.ts'
import type { LogSource } from './logs/log-source.ts'
import type { Outcome } from './outcome.ts'

/** From the parts of a request to what its handler says, whichever way the request came. */

export const isPublic = (name: OperationName): name is PublicName => contract[name].access === 'public'
export const isBytes = (name: OperationName): name is BytesName => contract[name].answer === 'bytes'
export const isEvents = (name: OperationName): name is EventsName => contract[name].answer === 'events'
export const isStream = (name: OperationName): name is StreamName => contract[name].answer === 'stream'

/** The caller, if this operation is open to it. */
export const admitTo = (
  context: Context,
  name: JsonName | StreamName | BytesName | EventsName,
  authorization: string | undefined,
): Promise<Outcome<Caller>> => admit(context, contract[name].access, authorization)

export async function answerPublic<N extends PublicName>(
  handlers: PublicHandlers,
  name: N,
  raw: RawInput,
): Promise<Outcome<unknown>> {
  const operation: Contract[N] = contract[name]
  const input = readInput(operation, raw)
  if (!input.ok) return input
  const handler: PublicHandlers[N] = handlers[name]
  return handler(input.value)
}

export async function answerJson<N extends JsonName>(
  handlers: JsonHandlers,
  name: N,
  raw: RawInput,
  call: Call,
): Promise<Outcome<unknown>> {
  const operation: Contract[N] = contract[name]
  const input = readInput(operation, raw)
  if (!input.ok) return input
  const handler: JsonHandlers[N] = handlers[name]
  return handler(input.value, call)
}

export async function answerStream<N extends StreamName>(
  handlers: StreamHandlers,
  name: N,
  raw: RawInput,
  call: Call,
): Promise<Outcome<LogSource>> {
  const operation: Contract[N] = contract[name]
  const input = readInput(operation, raw)
  if (!input.ok) return input
  const handler: StreamHandlers[N] = handlers[name]
  return handler(input.value, call)
}

export async function answerBytes<N extends BytesName>(
  handlers: BytesHandlers,
  name: N,
  raw: RawInput,
  call: Call,
): Promise<Outcome<ByteSource>> {
  const operation: Contract[N] = contract[name]
  const input = readInput(operation, raw)
  if (!input.ok) return input
  const handler: BytesHandlers[N] = handlers[name]
  return handler(input.value, call)
}

export async function answerEvents<N extends EventsName>(
  handlers: EventHandlers,
  name: N,
  raw: RawInput,
  call: Call,
): Promise<Outcome<EventSource>> {
  const operation: Contract[N] = contract[name]
  const input = readInput(operation, raw)
  if (!input.ok) return input
  const handler: EventHandlers[N] = handlers[name]
  return handler(input.value, call)
}
