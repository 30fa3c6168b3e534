import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js'
import { ErrorCode } from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'
import { monotonicMs } from '../../../../lib/monotonic.ts'
import { Gathered } from './gathered.ts'
import { idOfOversized, oversizedAnswer, tooLong } from './oversized.ts'
import { type Answer, giveUp, type OwnOriginRequest } from './own-origin-request.ts'
import { Pace } from './pace.ts'
import { Units } from './units.ts'

export type BoundedFetchOptions = {
  readonly request: OwnOriginRequest
  readonly answerBytes: number
  /** How long anything may take that has an end, in milliseconds. */
  readonly deadline: number
}

const requestSchema = z.object({ id: z.number() })

/**
 * Fetches for the SDK's transports, and bounds what comes: none of it is parsed before it is known to be short enough. An
 * answer that is too long, or that breaks off, becomes an error that answers the request it was for; without that, whoever
 * waits for it would wait until the deadline.
 */
export function boundedFetch({ request, answerBytes, deadline }: BoundedFetchOptions): FetchLike {
  const pace = new Pace(monotonicMs)
  return async (url, init) => {
    const isAsked = init?.method === 'POST'
    const signals = [init?.signal ?? [], isAsked ? AbortSignal.timeout(deadline) : []].flat()
    const answer = await request(url, { ...init, signal: AbortSignal.any(signals) })
    const { body, statusCode: status } = answer
    const headers = headersOf(answer)
    if (withoutBody.includes(status)) {
      // Not waited for: it may have no end.
      void body.dump()
      return new Response(null, { status, headers })
    }
    const id = () => (isAsked ? idOf(init?.body) : undefined)
    if (/^text\/event-stream\b/i.test(headers['content-type'] ?? '')) {
      const bounded = ReadableStream.from(untilGivenUp(answer)).pipeThrough(
        boundedEvents({ answerBytes, pace, id: id() }),
      )
      return new Response(bounded, { status, headers })
    }
    const whole = await wholeBody(body, answerBytes)
    if (whole !== undefined) return new Response(whole, { status, headers })
    const asked = id()
    if (asked === undefined) throw new Error(tooLong(answerBytes))
    return Response.json(oversizedAnswer(asked, answerBytes), { status })
  }
}

/** Those that may have none, and the one of which nobody wants it. */
const withoutBody = [202, 204, 205, 304]

const headersOf = ({ headers }: Answer): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  )

/** Of the message that is sent, where it is a request. */
function idOf(body: unknown): number | undefined {
  if (typeof body !== 'string') return undefined
  const request = requestSchema.safeParse(JSON.parse(body))
  return request.success ? request.data.id : undefined
}

/** Undefined where it is longer than the limit. */
async function wholeBody(
  body: AsyncIterable<Uint8Array>,
  limit: number,
): Promise<Buffer<ArrayBuffer> | undefined> {
  const gathered = new Gathered()
  for await (const chunk of body) {
    if (gathered.length + chunk.length > limit) return undefined
    gathered.push(chunk)
  }
  return gathered.take()
}

/** One that breaks off ends: what has not been answered by then is told by who looks at what comes. */
async function* untilBroken(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, undefined> {
  try {
    yield* body
  } catch {
    // It has come to its end.
  }
}

/** Who gives it up closes the connection, also before he has read any of it. */
const untilGivenUp = (answer: Answer): AsyncIterable<Uint8Array> => {
  const bytes = untilBroken(answer.body)
  const next = () => bytes.next()
  const end = async () => {
    giveUp(answer)
    return { done: true, value: undefined } as const
  }
  return { [Symbol.asyncIterator]: () => ({ next, return: end }) }
}

type EventBounds = {
  readonly answerBytes: number
  readonly pace: Pace
  /** The request that the stream is to answer. */
  readonly id: number | undefined
}

function boundedEvents({ answerBytes, pace, id }: EventBounds): TransformStream<Uint8Array, Uint8Array> {
  const units = new Units(answerBytes, 'emptyLine')
  let isAnswered = id === undefined
  /** Whether the stream can be asked for anew where it breaks off. */
  let hasIds = false
  return new TransformStream({
    async transform(chunk, controller) {
      for (const unit of units.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))) {
        const wait = pace.take(unit.kind === 'whole' ? unit.bytes.length : answerBytes)
        if (wait !== undefined) await wait
        if (unit.kind === 'whole') {
          hasIds ||= /^id:/m.test(unit.bytes.toString('latin1', 0, 256))
          isAnswered ||= answers(unit.bytes, id)
          controller.enqueue(unit.bytes)
          continue
        }
        const of = idOfOversized({ ...unit, head: unit.head.replace(/^[\s\S]*?data: ?/, '') }) ?? id
        if (of === undefined) continue
        isAnswered ||= of === id
        controller.enqueue(event(oversizedAnswer(of, answerBytes)))
      }
    },
    flush(controller) {
      if (isAnswered || hasIds || id === undefined) return
      const message =
        'the connection to it broke off before it had answered; whether it has done it is not known'
      const error = { code: ErrorCode.ConnectionClosed, message, data: { reason: 'connection_lost' } }
      controller.enqueue(event({ jsonrpc: '2.0', id, error }))
    },
  })
}

/** Looked for as text: it is parsed by the transport, once. What only looks like it is of the same server. */
const answers = (bytes: Buffer, id: number | undefined): boolean =>
  new RegExp(`"id"\\s*:\\s*${id}\\b`).test(bytes.toString('latin1'))

const event = (message: object): Buffer => Buffer.from(`event: message\ndata: ${JSON.stringify(message)}\n\n`)
