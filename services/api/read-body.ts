import type { FastifyInstance } from 'fastify'
import { nestsDeeper } from './limits/json-depth.ts'

/** How deep a body may nest. Nothing that is asked for nests deeper than a few. */
const deepest = 64

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
    if (nestsDeeper(text, deepest)) return done(new BodyError('depth'))
    parse(request, text, done)
  })
}

/** Why a body was not read. */
export class BodyError extends Error {
  override readonly name = 'BodyError'
  readonly reason: 'charset' | 'encoding' | 'depth'

  constructor(reason: BodyError['reason']) {
    super(bodyReasons[reason])
    this.reason = reason
  }
}

const bodyReasons = {
  charset: 'send the body in UTF-8',
  encoding: 'the request body is not valid UTF-8',
  depth: `the request body nests deeper than ${deepest}`,
} as const

function decode(body: string | Buffer): string | undefined {
  if (typeof body === 'string') return body
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch {
    return undefined
  }
}
