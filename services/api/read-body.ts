import { isUtf8 } from 'node:buffer'
import type { FastifyInstance } from 'fastify'
import { bodyBounds, jsonExcess } from './limits/json-shape.ts'

/** JSON in UTF-8, with nothing in it that could reach a prototype; an empty body is none. */
export function readJsonOnly(server: FastifyInstance): void {
  server.removeAllContentTypeParsers()
  const parse = server.getDefaultJsonParser('error', 'error')
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(request.headers['content-type'] ?? '')?.[1]
    if (charset !== undefined && !/^utf-?8$/i.test(charset)) return done(new BodyError('charset'))
    const text = decode(body)
    if (text === undefined) return done(new BodyError('encoding'))
    if (text === '') return done(null, undefined)
    const excess = jsonExcess(text, bodyBounds)
    if (excess !== undefined) return done(new BodyError(excess))
    parse(request, text, done)
  })
}

/** Why a body was not read. */
export class BodyError extends Error {
  override readonly name = 'BodyError'
  readonly reason: 'charset' | 'encoding' | 'depth' | 'values'

  constructor(reason: BodyError['reason']) {
    super(bodyReasons[reason])
    this.reason = reason
  }
}

const bodyReasons = {
  charset: 'send the body in UTF-8',
  encoding: 'the request body is not valid UTF-8',
  depth: `the request body nests deeper than ${bodyBounds.depth}`,
  values: `the request body has more than ${bodyBounds.values} values`,
} as const

function decode(body: string | Buffer): string | undefined {
  if (typeof body === 'string') return body
  return isUtf8(body) ? body.toString() : undefined
}
