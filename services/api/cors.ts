import cors from '@fastify/cors'
import type { FastifyInstance } from 'fastify'

/** What pages of other origins may send, and read of an answer, besides what every page may. */
const sent = [
  'authorization',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-range',
  'last-event-id',
  'range',
]
const read = [
  ...['accept-ranges', 'content-disposition', 'content-range', 'etag', 'ratelimit', 'ratelimit-policy'],
  ...['retry-after', 'www-authenticate', 'x-request-id'],
]

/** Lets pages of these origins use the API from a browser, with cookies. Without any nothing is said of origins at all. */
export function allowOrigins(server: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return
  server.register(cors, {
    origin: [...origins],
    credentials: true,
    methods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
    allowedHeaders: sent,
    exposedHeaders: read,
    maxAge: 600,
    // What is no preflight is answered as one, instead of by a refusal that is no problem document.
    strictPreflight: false,
  })
}
