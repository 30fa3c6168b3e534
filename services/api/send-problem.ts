import type { FastifyReply } from 'fastify'
import type { Refusal } from './outcome.ts'
import { problemReply } from './problem-reply.ts'

export function sendProblem(reply: FastifyReply, refusal: Refusal): FastifyReply {
  const { status, headers, body } = problemReply(refusal)
  // As bytes: to a string of JSON Fastify adds a charset, which this media type has not.
  return reply
    .status(status)
    .headers(headers)
    .send(Buffer.from(JSON.stringify(body)))
}
