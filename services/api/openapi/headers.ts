import type { JsonSchema } from '../../contract/json-schemas.ts'

/** The headers of answers that say more than how a message is framed, told of once for all. */
const headers = {
  'X-Request-Id': {
    description: 'by which the log of the server knows this request',
    example: '0123456789abcdef',
  },
  RateLimit: {
    description:
      'how many requests are left, and in how many seconds there are as many as at first (draft-ietf-httpapi-ratelimit-headers)',
    example: '"caller";r=11999;t=1',
  },
  'RateLimit-Policy': {
    description: 'how many requests there may be within a minute',
    example: '"caller";q=12000;w=60',
  },
  'Retry-After': { description: 'seconds after which it may succeed', example: '1' },
  'WWW-Authenticate': {
    description: 'what is needed, and what is wrong with the token that was sent (RFC 6750)',
    example: 'Bearer realm="debug-server", error="invalid_token"',
  },
  ETag: {
    description: 'its version, for If-Match, or If-None-Match and If-Range',
    example: '"0Z1bJq2mVYp3cT4kR5sW6x"',
  },
  'Set-Cookie': {
    description: 'the tokens, where they were asked for as cookies',
    example: 'auth_token=…; HttpOnly; SameSite=Lax',
  },
  'Accept-Ranges': { description: 'bytes, where Range is honoured', example: 'bytes' },
  'Content-Range': {
    description:
      'bytes FIRST-LAST/LENGTH; for LENGTH * while the command runs; bytes */LENGTH where there are none',
    example: 'bytes 0-1023/4096',
  },
  'Content-Disposition': {
    description: 'the name to save it by',
    example: 'attachment; filename="junit.xml"',
  },
} as const satisfies Record<string, JsonSchema>

export type HeaderName = keyof typeof headers

export const headerComponents = (): Record<string, JsonSchema> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, header]) => [name, { ...header, schema: { type: 'string' } }]),
  )

/** In every answer; the limits only where the server has any. */
const everywhere: readonly HeaderName[] = ['X-Request-Id', 'RateLimit', 'RateLimit-Policy']

/** An answer, with the headers that it may have. */
export const withHeaders = (response: JsonSchema, ...names: readonly HeaderName[]): JsonSchema => ({
  ...response,
  headers: Object.fromEntries(
    [...everywhere, ...names].map(name => [name, { $ref: `#/components/headers/${name}` }]),
  ),
})

/** Those of a problem, by its status. */
export function problemHeaders(status: number): readonly HeaderName[] {
  switch (status) {
    case 401:
    case 403:
      return ['WWW-Authenticate']
    case 412:
      return ['ETag']
    case 416:
      return ['Accept-Ranges', 'Content-Range']
    case 429:
    case 503:
      return ['Retry-After']
    default:
      return []
  }
}
