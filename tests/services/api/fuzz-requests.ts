import fc from 'fast-check'
import type { OpenApiDocument } from '../../../services/api/openapi/document.ts'

/** A request as it goes over the wire. */
export type FuzzedRequest = {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/** Names of things that are there, by the name of the parameter that takes them. */
export type Known = Readonly<Record<string, string>>

/** What no field expects, and some what every parser stumbles over once. */
const odd = fc.constantFrom<unknown>(
  ...[
    '',
    ' ',
    '\0',
    'a\0b',
    '\ud800',
    '\u202e',
    '..',
    '../../etc/passwd',
    '/etc/passwd',
    '%00',
    '%2e%2e%2f',
    'a\r\nb: c',
  ],
  ...[
    '-1',
    '1e999',
    '0x10',
    'NaN',
    'null',
    'true',
    '[]',
    '{}',
    '__proto__',
    'constructor',
    '--help',
    '@last',
    '@{-1}',
  ],
  ...['x'.repeat(2_000), "'; drop table sessions; --", '<script>', '🦊', 'ses_', '*'],
  ...[0, -1, 1.5, 1e308, Number.MAX_SAFE_INTEGER + 1, -0, null, true, false, [], {}, [[]], [null], { a: 1 }],
)

/** Values as a schema has them, or nearly. */
function nearly(schema: unknown, name: string, known: Known): fc.Arbitrary<unknown> {
  const given = known[name]
  const fitting = given === undefined ? fits(schema, known) : fc.constant(given)
  // What is waited for would only take time.
  if (name === 'wait' || name === 'timeout')
    return fc.oneof(
      fc.constant(0),
      odd.filter(value => !(Number(value) > 0)),
    )
  // Of what is there also what has the same form and is not.
  const absent = fc.constant(`${given?.slice(0, -1)}z`)
  return fc.oneof(
    { weight: 3, arbitrary: fitting },
    { weight: given === undefined ? 0 : 1, arbitrary: absent },
    { weight: 1, arbitrary: fc.oneof(fc.constant(''), odd, odd, odd) },
  )
}

function fits(schema: unknown, known: Known): fc.Arbitrary<unknown> {
  if (typeof schema !== 'object' || schema === null) return odd
  const { type, enum: choices, items, properties, anyOf } = schema as Record<string, unknown>
  if (Array.isArray(choices)) return fc.constantFrom(...choices)
  if (Array.isArray(anyOf)) return fc.oneof(...anyOf.map(one => fits(one, known)))
  switch (type) {
    case 'string':
      return fc.oneof(fc.constantFrom('demo', 'main', 'a', 'x.txt', 'a:1'), fc.string({ maxLength: 30 }))
    case 'integer':
    case 'number':
      return fc.oneof(fc.integer({ min: 0, max: 100 }), fc.double())
    case 'boolean':
      return fc.boolean()
    case 'array':
      return fc.array(fits(items, known), { maxLength: 3 })
    case 'object':
      return properties === undefined
        ? fc.dictionary(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), { maxKeys: 3 })
        : membersOf(Object.entries(properties as Record<string, unknown>), known)
    default:
      return odd
  }
}

/** Some members of an object, now and then with one that has no business there. */
const membersOf = (
  entries: readonly (readonly [string, unknown])[],
  known: Known,
): fc.Arbitrary<Record<string, unknown>> =>
  fc
    .tuple(
      fc.record(Object.fromEntries(entries.map(([name, schema]) => [name, nearly(schema, name, known)])), {
        requiredKeys: [],
      }),
      fc.oneof(
        { weight: 5, arbitrary: fc.constant({}) },
        { weight: 1, arbitrary: fc.constant({ unknown: 1 }) },
      ),
    )
    .map(([members, stranger]) => ({ ...members, ...stranger }))

const bodies = fc.constantFrom(
  ...[
    '',
    '{',
    '[]',
    'null',
    '"x"',
    '1',
    '{"a":1}{',
    '{"__proto__":{"x":1}}',
    '{"constructor":{"prototype":{}}}',
  ],
  ...[
    '{"a":"\\ud800"}',
    '{"a":1e999}',
    '\ufeff{}',
    '{"a":\u0000}',
    '['.repeat(5_000),
    '{"a":'.repeat(200),
    'a=b',
    '\x1f\x8b\x08',
  ],
)

const headers = fc.constantFrom<Record<string, string>>(
  ...[{}, {}, {}, { 'content-type': 'text/plain' }, { 'content-type': 'application/json; charset=x' }],
  ...[
    { 'content-encoding': 'gzip' },
    { accept: 'text/event-stream' },
    { accept: '\x80' },
    { range: 'bytes=9-1' },
  ],
  ...[
    { 'if-match': '"x"' },
    { 'if-match': '*' },
    { 'if-match': '\xff' },
    { 'idempotency-key': 'k' },
    { 'idempotency-key': '' },
  ],
  ...[
    { 'last-event-id': '-1' },
    { origin: 'null' },
    { cookie: 'auth_token=x; auth_token' },
    { traceparent: 'x' },
  ],
)

type Parameter = { name: string; in: string; schema: unknown; example?: unknown }
type Operation = { parameters?: Parameter[]; requestBody?: unknown }

/** Requests for every path and method of the document: valid, nearly valid, and nothing of the kind. */
export function fuzzedRequests(
  document: OpenApiDocument,
  known: Known,
  tokens: readonly string[],
): fc.Arbitrary<FuzzedRequest> {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method]) => ['get', 'post', 'patch', 'delete'].includes(method))
      .map(([method, operation]) => ({ path, method, operation: operation as Operation })),
  )
  const each = operations.map(({ path, method, operation }) => {
    const named = (place: string) => (operation.parameters ?? []).filter(parameter => parameter.in === place)
    const entries = (place: string) => named(place).map(({ name, schema }) => [name, schema] as const)
    const properties = bodyProperties(operation.requestBody)
    const wild = fc
      .record({
        method: fc.oneof(
          { weight: 9, arbitrary: fc.constant(method.toUpperCase()) },
          { weight: 1, arbitrary: fc.constantFrom('GET', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS') },
        ),
        prefix: fc.constantFrom('', '', '/api', '/api/api', '//'),
        places: fc.record(
          Object.fromEntries(entries('path').map(([name, schema]) => [name, nearly(schema, name, known)])),
        ),
        query: membersOf(entries('query'), known),
        body: fc.oneof(
          { weight: 6, arbitrary: membersOf(properties, known).map(members => JSON.stringify(members)) },
          { weight: 1, arbitrary: bodies },
        ),
        headers,
        token: fc.constantFrom(...tokens),
      })
      .map(({ method, prefix, places, query, body, headers, token }) => ({
        method,
        path: `${prefix}${path.replaceAll(/\{(\w+)\}/g, (_, name: string) => escaped(places[name]))}${searchOf(query)}`,
        headers: {
          ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
          ...(method === 'GET' || method === 'HEAD' ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        body: method === 'GET' || method === 'HEAD' ? undefined : properties.length === 0 ? undefined : body,
      }))
    return fc.oneof(wild, careful({ path, method, operation }, known, tokens))
  })
  return fc.oneof(...each)
}

/** What the document shows of an operation, with one field of it as it comes: most of these reach what is behind the forms. */
function careful(
  { path, method, operation }: { path: string; method: string; operation: Operation },
  known: Known,
  tokens: readonly string[],
): fc.Arbitrary<FuzzedRequest> {
  const parameters = (operation.parameters ?? []).filter(({ in: place }) => place !== 'header')
  const shown = Object.fromEntries(parameters.map(({ name, example }) => [name, example]))
  const schemas = new Map([
    ...parameters.map(({ name, schema }) => [name, schema] as const),
    ...bodyProperties(operation.requestBody),
  ])
  const inPlace = (place: string) => parameters.filter(parameter => parameter.in === place)
  const example = { ...shown, ...bodyExample(operation.requestBody), ...pick(known, schemas) }
  const patient = 'wait' in example ? { ...example, wait: 0 } : example
  const strange = [...schemas].map(([name, schema]) =>
    nearly(schema, name, known).map((value): Record<string, unknown> => ({ [name]: value })),
  )
  return fc
    .record({
      changes: fc.oneof({ weight: 1, arbitrary: fc.constant({}) }, { weight: 3, arbitrary: oneOf(strange) }),
      prefix: fc.constantFrom('', '/api'),
      headers: fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: headers }),
      token: fc.constantFrom(...tokens),
    })
    .map(({ changes, prefix, headers, token }) => {
      const input: Record<string, unknown> = { ...patient, ...changes }
      const query = Object.fromEntries(
        inPlace('query').flatMap(({ name }) => (input[name] === undefined ? [] : [[name, input[name]]])),
      )
      const body = bodyProperties(operation.requestBody).map(([name]) => [name, input[name]] as const)
      return {
        method: method.toUpperCase(),
        path: `${prefix}${path.replaceAll(/\{(\w+)\}/g, (_, name: string) => escaped(input[name]))}${searchOf(query)}`,
        headers: {
          ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
          ...(body.length === 0 ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        body: body.length === 0 ? undefined : JSON.stringify(Object.fromEntries(body)),
      }
    })
}

const oneOf = <T>(some: readonly fc.Arbitrary<T>[]): fc.Arbitrary<T | Record<never, never>> =>
  some.length === 0 ? fc.constant({}) : fc.oneof(...some)

/** Those that an operation takes; a command in a body is a command line, and no id. */
const pick = (known: Known, schemas: ReadonlyMap<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(known).filter(([name]) => schemas.has(name) && isText(schemas.get(name))))

const isText = (schema: unknown): boolean =>
  typeof schema === 'object' && schema !== null && 'type' in schema && schema.type === 'string'

function bodyExample(requestBody: unknown): Record<string, unknown> {
  const body = requestBody as { content?: Record<string, { example?: Record<string, unknown> }> } | undefined
  return body?.content?.['application/json']?.example ?? {}
}

function bodyProperties(requestBody: unknown): [string, unknown][] {
  const body = requestBody as { content?: Record<string, { schema?: { properties?: object } }> } | undefined
  return Object.entries(body?.content?.['application/json']?.schema?.properties ?? {})
}

/** Half of a surrogate pair has no form in a URL. */
const escaped = (value: unknown): string => {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return encodeURIComponent(text.toWellFormed())
}

function searchOf(query: Record<string, unknown>): string {
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${escaped(value)}`)
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}
