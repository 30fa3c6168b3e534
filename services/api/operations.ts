import { type Contract, contract, type OperationName } from '../contract/contract.ts'
import type { Caller } from './access.ts'
import type { Context } from './context.ts'
import type {
  AnswerOf,
  BytesName,
  Call,
  CalledHandlers,
  CalledName,
  EventsName,
  PublicHandlers,
  PublicName,
  StreamName,
  Visit,
} from './handlers/handler.ts'
import { type RawInput, readInput } from './input.ts'
import type { Outcome } from './outcome.ts'
import type { Presenting } from './presented.ts'
import { admitOpening } from './tickets/admit-opening.ts'

/** From the parts of a request to what its handler says, whichever way the request came. */

export const isPublic = (name: OperationName): name is PublicName => contract[name].access === 'public'
export const isBytes = (name: OperationName): name is BytesName => contract[name].answer === 'bytes'
export const isEvents = (name: OperationName): name is EventsName => contract[name].answer === 'events'
export const isStream = (name: OperationName): name is StreamName => contract[name].answer === 'stream'

/** The caller, if this operation is open to it. `ticket`: what the query of a stream has of that name. */
export const admitTo = (
  context: Context,
  name: CalledName,
  request: Presenting,
  ticket: unknown,
): Promise<Outcome<Caller>> => admitOpening(context, contract[name].access, request, ticket)

export async function answerPublic<N extends PublicName>(
  handlers: PublicHandlers,
  name: N,
  raw: RawInput,
  visit: Visit,
): Promise<Outcome<unknown>> {
  const operation: Contract[N] = contract[name]
  const input = readInput(operation, raw)
  if (!input.ok) return input
  const handler: PublicHandlers[N] = handlers[name]
  return handler(input.value, visit)
}

/** Of any other operation: JSON, or what is to be sent as its answer. */
export async function answerCall<N extends CalledName>(
  handlers: CalledHandlers,
  name: N,
  raw: RawInput,
  call: Call,
): Promise<Outcome<AnswerOf<N>>> {
  const operation: Contract[N] = contract[name]
  const input = readInput(operation, raw)
  if (!input.ok) return input
  const handler: CalledHandlers[N] = handlers[name]
  return handler(input.value, call)
}
