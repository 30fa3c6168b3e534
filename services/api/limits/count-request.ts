import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Caller } from '../access.ts'
import type { Context } from '../context.ts'
import type { Outcome, Refusal } from '../outcome.ts'

/**
 * Counts a request by who was admitted, or by its address where nobody was or had to be, and has the answer tell of it. The
 * refusal is that of the limit, or else of who was not admitted.
 */
export function countRequest(
  { rates, peers }: Pick<Context, 'rates' | 'peers'>,
  request: FastifyRequest,
  reply: FastifyReply,
  admitted?: Outcome<Caller>,
): Refusal | undefined {
  const { headers, refusal } =
    admitted?.ok === true ? rates.ofCaller(admitted.value) : rates.ofAddress(peers.address(request.raw))
  reply.headers(headers)
  return refusal ?? (admitted?.ok === false ? admitted : undefined)
}
