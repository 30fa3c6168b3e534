import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** A page, or a file that one is made of. It is made, or read, when somebody wants it for the first time. */
export type StaticFile = {
  readonly path: `/${string}`
  readonly type: string
  readonly content: () => Promise<string | Buffer>
  /** Content-Security-Policy. */
  readonly policy: string
}

/** What needs nothing but itself. */
export const noPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"

/** Serves it to anybody, bare and under `/api`; who has it already, by its ETag, is told so. */
export function serveStatic(server: FastifyInstance, { path, type, content, policy }: StaticFile): void {
  let made: Promise<{ body: string | Buffer; etag: string }> | undefined
  const once = async () => {
    const body = await content()
    return { body, etag: `"${createHash('sha256').update(body).digest('base64url')}"` }
  }
  const answer = async (request: FastifyRequest, reply: FastifyReply) => {
    made ??= once()
    const { body, etag } = await made
    reply.headers({
      etag,
      'cache-control': 'no-cache',
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    })
    const known = request.headers['if-none-match']?.split(',').some(one => one.trim().endsWith(etag))
    return known === true ? reply.status(304).send() : reply.type(type).send(body)
  }
  for (const prefix of ['', '/api'])
    server.get(`${prefix}${path}`, { exposeHeadRoute: true, config: { template: path } }, answer)
}
