import type { FastifyReply } from 'fastify'

/** Takes a reply out of Fastify's hands, to be written piece by piece; what has been said in its headers stays. */
export function handOver(reply: FastifyReply): void {
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) reply.raw.setHeader(name, value)
  reply.hijack()
}
