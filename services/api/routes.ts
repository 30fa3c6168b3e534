import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { contract, type OperationName, operationNames } from '../contract/contract.ts'
import { type Operation, opensByTicket, pathsOf } from '../contract/operation.ts'
import { tellsVersion } from '../contract/versions.ts'
import { type Caller, isStillJudged, judgeAsking, readmit } from './access.ts'
import { auditedCall } from './audited-call.ts'
import { sendBytes } from './bytes/send-bytes.ts'
import type { Context } from './context.ts'
import { eventFormat, sendEvents } from './events/http-edge.ts'
import { openEvents, resumed } from './events/open-events.ts'
import { goneSignal } from './gone.ts'
import { handOver } from './hand-over.ts'
import type {
  BytesName,
  CalledName,
  EventsName,
  Handlers,
  JsonName,
  PublicName,
  StreamName,
  Visit,
} from './handlers/handler.ts'
import type { RawInput } from './input.ts'
import { JsonCall } from './json-call.ts'
import { KnownCredentials } from './known-credentials.ts'
import { countRequest } from './limits/count-request.ts'
import { defaultBodyBytes } from './limits/request-size.ts'
import { whileAdmitted } from './live/while-admitted.ts'
import { answerLog } from './logs/answer-log.ts'
import { sendLog } from './logs/http-edge.ts'
import { openLog } from './logs/open-log.ts'
import { admitTo, answerCall, answerPublic, isBytes, isEvents, isPublic, isStream } from './operations.ts'
import { done, type Outcome } from './outcome.ts'
import { RepeatedAnswers, type SentAnswer } from './repeated-answers.ts'
import { readConditions } from './request-conditions.ts'
import { roundIsRead } from './round-is-read.ts'
import { hasHead } from './route-table.ts'
import { sendProblem } from './send-problem.ts'
import { versionOf } from './version.ts'

/** Every operation of the contract at its path, and again under `/api`. */
export function registerRoutes(server: FastifyInstance, context: Context, handlers: Handlers): void {
  const answers = new RepeatedAnswers(context.store, context.clock)
  const credentials = new KnownCredentials(context.store)
  for (const name of operationNames)
    for (const path of addressesOf(contract[name])) {
      const route = {
        method: contract[name].method,
        url: path.replaceAll(/\{(\w+)\}/g, ':$1'),
        exposeHeadRoute: hasHead(name),
        config: { template: contract[name].path, countsItself: true as const },
        bodyLimit: contract[name].largestBody ?? defaultBodyBytes,
      }
      if (isPublic(name)) {
        const onRequest = async (request: FastifyRequest, reply: FastifyReply) => {
          const refusal = countRequest(context, request, reply)
          if (refusal !== undefined) return sendProblem(reply, refusal)
        }
        server.route({ ...route, onRequest, handler: publicHandler(context, handlers, name) })
      } else {
        const { access } = contract[name]
        const ticketOf = (request: FastifyRequest): unknown =>
          opensByTicket(contract[name]) ? queryOf(request).ticket : undefined
        const known = (request: FastifyRequest): Outcome<Caller> | undefined => {
          const credential = ticketOf(request) === undefined ? credentials.find(request) : undefined
          return credential && judgeAsking(credential, access, request, context.clock.now())
        }
        const admitted = async (request: FastifyRequest): Promise<Outcome<Caller>> => {
          const ticket = ticketOf(request)
          const caller = await admitTo(context, name, request, ticket)
          if (caller.ok && ticket === undefined) credentials.keep(request, caller.value.credential)
          return caller
        }
        // Before the body is read: who may not do this sends us no megabytes either.
        const onRequest = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
          await roundIsRead()
          const again = answers.find(name, request)
          request.judgedAt = context.store.recalled()
          const caller =
            (again === undefined ? known(request) : done(again.caller)) ?? (await admitted(request))
          if (caller.ok) request.caller = caller.value
          const refusal = countRequest(context, request, reply, caller)
          // A reply is a promise: to return it would be to wait until it has been sent.
          if (refusal !== undefined) sendProblem(reply, refusal)
          else if (again !== undefined) sendJson(reply, name, again.sent)
        }
        // And after it: who sends it slowly may be nobody any more when it is there.
        const preHandler = (request: FastifyRequest, reply: FastifyReply, next: (error?: Error) => void) => {
          const caller = callerOf(request)
          if (isStillJudged(context, caller, request.judgedAt)) return next()
          readmit(context, access, caller).then(
            admitted => void (admitted.ok ? next() : sendOutcome(reply, name, admitted)),
            next,
          )
        }
        const hooks = route.method === 'GET' ? { onRequest } : { onRequest, preHandler }
        server.route({ ...route, ...hooks, handler: handlerOf(context, handlers, name, answers) })
      }
    }
}

/** Bare and under `/api`. */
const addressesOf = (operation: Operation): string[] =>
  pathsOf(operation).flatMap(path => [path, `/api${path}`])

function handlerOf(
  context: Context,
  handlers: Handlers,
  name: JsonName | StreamName | BytesName | EventsName,
  answers: RepeatedAnswers,
) {
  if (isStream(name)) return streamHandler(context, handlers, name)
  if (isEvents(name)) return eventsHandler(context, handlers, name)
  if (isBytes(name)) return bytesHandler(context, handlers, name)
  return jsonHandler(context, handlers, name, answers)
}

const publicHandler =
  (context: Context, handlers: Handlers, name: PublicName) =>
  async (request: FastifyRequest, reply: FastifyReply) => {
    const visit = visitOf(context, request)
    return sendOutcome(reply, name, await answerPublic(handlers, name, rawInput(request), visit))
  }

const jsonHandler =
  (context: Context, handlers: Handlers, name: JsonName, answers: RepeatedAnswers) =>
  async (request: FastifyRequest, reply: FastifyReply) => {
    const caller = callerOf(request)
    const conditions = readConditions(name, request)
    if (!conditions.ok) return sendOutcome(reply, name, conditions)
    using call = new JsonCall({ context, name, caller, response: reply.raw }, conditions.value)
    const outcome = await calledFrom(context, request, name, caller, () =>
      answerCall(handlers, name, rawInput(request), call),
    )
    if (call.lost !== undefined || !outcome.ok) return sendOutcome(reply, name, call.lost ?? outcome)
    const sent = sentAnswer(name, outcome.value)
    if (outcome.headers === undefined) answers.keep(name, request, caller, sent)
    return sendJson(reply, name, sent, outcome)
  }

const streamHandler =
  (context: Context, handlers: Handlers, name: StreamName) =>
  async (request: FastifyRequest, reply: FastifyReply) => {
    const call = { caller: callerOf(request), gone: goneSignal(reply.raw) }
    const source = await calledFrom(context, request, name, call.caller, () =>
      answerCall(handlers, name, streamInput(request), call),
    )
    if (!source.ok) return sendOutcome(reply, name, source)
    const answer = await answerLog(context, source.value, request.headers)
    if (!answer.ok) return sendOutcome(reply, name, answer)
    if (answer.value.status === 204) return reply.status(204).header('cache-control', 'no-store').send()
    const room = context.streams.enter(call.caller)
    if (!room.ok) return sendOutcome(reply, name, room)
    using _room = room.value
    handOver(reply)
    using _counted = context.metrics.stream('log')
    const events = openLog(context, answer.value.source, { format: answer.value.format, ...call })
    await sendLog(reply.raw, events, answer.value, { limits: context.limits, request: request.id })
  }

const bytesHandler =
  (context: Context, handlers: Handlers, name: BytesName) =>
  async (request: FastifyRequest, reply: FastifyReply) => {
    const call = { caller: callerOf(request), gone: goneSignal(reply.raw) }
    const source = await calledFrom(context, request, name, call.caller, () =>
      answerCall(handlers, name, rawInput(request), call),
    )
    if (!source.ok) return sendOutcome(reply, name, source)
    using _ = whileAdmitted(context, name, call.caller, () => reply.raw.destroy())
    const refusal = await sendBytes(context, source.value, request, reply)
    return refusal === undefined ? reply : sendOutcome(reply, name, refusal)
  }

const eventsHandler =
  (context: Context, handlers: Handlers, name: EventsName) =>
  async (request: FastifyRequest, reply: FastifyReply) => {
    const call = { caller: callerOf(request), gone: goneSignal(reply.raw) }
    const asked = await calledFrom(context, request, name, call.caller, () =>
      answerCall(handlers, name, streamInput(request), call),
    )
    if (!asked.ok) return sendOutcome(reply, name, asked)
    const source = resumed(asked.value, request.headers['last-event-id'])
    if (!source.ok) return sendOutcome(reply, name, source)
    const room = context.streams.enter(call.caller)
    if (!room.ok) return sendOutcome(reply, name, room)
    using _room = room.value
    handOver(reply)
    using _counted = context.metrics.stream('events')
    await sendEvents(reply.raw, openEvents(context, source.value, call), {
      format: eventFormat(request.headers.accept),
      limits: context.limits,
      request: request.id,
    })
  }

const calledFrom = <T>(
  context: Context,
  { raw }: FastifyRequest,
  name: CalledName,
  caller: Caller,
  answer: () => Promise<T>,
): Promise<T> => auditedCall(context, { caller, address: context.peers.address(raw) }, name, answer)

const visitOf = ({ peers }: Context, { raw, url, headers }: FastifyRequest): Visit => ({
  address: peers.address(raw),
  path: url.split('?', 1)[0] ?? '',
  headers,
})

const rawInput = (request: FastifyRequest): RawInput => ({
  path: { ...(request.params ?? {}) },
  query: queryOf(request),
  body: request.body,
})

/** Without the ticket, which is no field of any operation. */
function streamInput(request: FastifyRequest): RawInput {
  const { query, ...rest } = rawInput(request)
  const { ticket: _, ...fields } = query
  return { ...rest, query: fields }
}

const queryOf = ({ query }: FastifyRequest): RawInput['query'] => ({ ...(query ?? {}) })

function callerOf({ caller }: FastifyRequest): Caller {
  if (caller === undefined) throw new Error('a request reached its handler without a caller')
  return caller
}

export function sendOutcome(
  reply: FastifyReply,
  name: OperationName,
  outcome: Outcome<unknown>,
): FastifyReply {
  if (!outcome.ok) return sendProblem(reply, outcome)
  return sendJson(reply, name, sentAnswer(name, outcome.value), outcome)
}

function sentAnswer(name: OperationName, value: unknown): SentAnswer {
  const json = JSON.stringify(value)
  return { json, etag: tellsVersion(name) ? versionOf(json) : undefined }
}

function sendJson(
  reply: FastifyReply,
  name: OperationName,
  { json, etag }: SentAnswer,
  { status, headers }: Pick<Extract<Outcome<unknown>, { ok: true }>, 'status' | 'headers'> = {},
): FastifyReply {
  if (etag !== undefined) reply.header('etag', etag)
  if (headers !== undefined) reply.headers(headers)
  return reply
    .status(status ?? contract[name].status)
    .header('content-type', 'application/json; charset=utf-8')
    .header('cache-control', 'no-store')
    .send(json)
}
