import t from 'tap'
import { openApiDocument } from '../../../services/api/openapi/document.ts'
import { contract, operationNames } from '../../../services/contract/contract.ts'
import { hasBody, pathParameters, scopeOf } from '../../../services/contract/operation.ts'
import { problems } from '../../../services/contract/problems.ts'
import { tellsVersion } from '../../../services/contract/versions.ts'
import { startRig } from './rig.ts'

type Json = { readonly [key: string]: unknown }

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The value at this path; it must be there. */
function at(value: unknown, ...path: string[]): unknown {
  let here = value
  for (const key of path) {
    if (!isObject(here) || !(key in here)) throw new Error(`no ${path.join(' → ')}`)
    here = here[key]
  }
  return here
}

const object = (value: unknown, ...path: string[]): Json => {
  const found = at(value, ...path)
  if (!isObject(found)) throw new Error(`${path.join(' → ')} is no object`)
  return found
}

const list = (value: unknown, ...path: string[]): Json[] => {
  const found = at(value, ...path)
  if (!Array.isArray(found)) throw new Error(`${path.join(' → ')} is no list`)
  return found.filter(isObject)
}

/** Every value in a document but for examples, with the path to it. */
function* walk(value: unknown, path: string[] = []): Generator<{ value: unknown; path: string[] }> {
  yield { value, path }
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value))
    if (key !== 'example' && key !== 'examples') yield* walk(inner, [...path, key])
}

const document: unknown = JSON.parse(JSON.stringify(openApiDocument('1.2.3')))

t.test('the document is served to anybody, bare and under /api', async t => {
  const rig = await startRig(t)
  for (const path of ['/openapi.json', '/api/openapi.json']) {
    const answer = await rig.send(path, { token: null })
    t.equal(answer.status, 200)
    t.match(answer.headers['content-type'], /^application\/json/)
    t.same(JSON.parse(answer.text), document)
  }
})

t.test('it says what it is', t => {
  t.match(document, { openapi: /^3\.1\./, info: { title: String, version: '1.2.3' } })
  t.match(object(document, 'components', 'securitySchemes', 'token'), { type: 'http', scheme: 'bearer' })
  t.end()
})

t.test('every reference leads to a schema', t => {
  let count = 0
  for (const { value, path } of walk(document)) {
    if (path.at(-1) !== '$ref') continue
    count++
    const [hash, ...rest] = `${value}`.split('/')
    t.equal(hash, '#')
    t.ok(object(document, ...rest), `${value}`)
  }
  t.ok(count > operationNames.length)
  t.end()
})

t.test('every schema is one of JSON Schema 2020-12', t => {
  const types = new Set(['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'])
  for (const { value, path } of walk(document)) {
    if (path.at(-1) === 'type' && path.at(-2) !== 'properties' && path.at(-3) !== 'securitySchemes')
      for (const type of [value].flat())
        if (!isObject(type) && !path.includes('securitySchemes')) t.ok(types.has(`${type}`), path.join('.'))
    if (path.at(-1) === 'pattern') t.ok(new RegExp(`${value}`, 'u'))
    if (path.at(-1) === 'nullable') t.fail(`${path.join('.')} is of OpenAPI 3.0`)
    if (path.at(-1) === '$schema') t.fail(`${path.join('.')} declares a dialect`)
  }
  t.end()
})

t.test(
  'it holds the operations of the contract and no others, but for the figures and what is to be found twice',
  t => {
    const found = Object.entries(object(document, 'paths')).flatMap(([path, item]) =>
      Object.entries(object(item))
        .filter(([method]) => !method.startsWith('x-'))
        .map(([method, operation]) => `${method} ${path} ${at(operation, 'operationId')}`),
    )
    const declared = operationNames.map(
      name => `${contract[name].method.toLowerCase()} ${contract[name].path} ${name}`,
    )
    const others = ['get /metrics metrics', 'post /repository/init repository_init']
    t.same(found.sort(), [...declared, ...others].sort())
    t.end()
  },
)

t.test('it tells of the WebSocket for debuggers', t => {
  const found = object(document, 'paths', '/sessions/{session}/debug', 'x-websocket')
  t.match(found, { 'x-required-scope': 'debug:read', client: { required: ['id', 'operation'] } })
  t.same(at(found, 'server', '$ref'), '#/components/schemas/DebugMessage')
  t.end()
})

t.test('it tells of the headers and media types of a log', t => {
  const logs = object(document, 'paths', '/sessions/{session}/logs', 'get')
  const headers = list(logs, 'parameters').filter(parameter => parameter.in === 'header')
  t.same(
    headers.map(({ name, required }) => [name, required]),
    [
      ['Range', false],
      ['Last-Event-ID', false],
    ],
  )
  const types = Object.keys(object(logs, 'responses', '200', 'content'))
  t.same(types, ['application/x-ndjson', 'text/event-stream', 'text/plain'])
  t.ok(object(logs, 'responses', '206', 'headers', 'Content-Range'))
  t.ok(object(logs, 'responses', '204'))
  t.end()
})

for (const name of operationNames) {
  const operation = contract[name]
  const described = object(document, 'paths', operation.path, operation.method.toLowerCase())

  t.test(`${name}: every field travels where it should`, t => {
    const inPath = pathParameters(operation.path)
    const fields = Object.keys(operation.input.shape)
    const parameters = list(described, 'parameters').filter(parameter => parameter.in !== 'header')
    for (const parameter of parameters) {
      t.ok(isObject(parameter.schema) && !('description' in parameter.schema))
      t.equal(parameter.in, inPath.includes(`${parameter.name}`) ? 'path' : 'query')
      if (parameter.in === 'path') t.equal(parameter.required, true)
    }
    const inBody =
      'requestBody' in described
        ? Object.keys(object(described, 'requestBody', 'content', 'application/json', 'schema', 'properties'))
        : []
    t.same([...parameters.map(parameter => parameter.name), ...inBody].sort(), fields.sort())
    if (!hasBody(operation)) t.same(inBody, [])
    else t.same(parameters.map(parameter => parameter.name).sort(), [...inPath].sort())
    t.end()
  })

  t.test(`${name}: every answer is described`, t => {
    const responses = object(described, 'responses')
    const success = object(responses, `${operation.status}`, 'content')
    const type = {
      json: 'application/json',
      stream: 'application/x-ndjson',
      events: 'application/x-ndjson',
      bytes: '*/*',
    }[operation.answer]
    t.ok(object(success, type, 'schema'))
    const codes = Object.entries(responses).flatMap(([status, response]) => {
      if (Number(status) < 400) return []
      const parts = list(response, 'content', 'application/problem+json', 'schema', 'allOf')
      const listed = at(parts[1], 'properties', 'code', 'enum')
      const names = Array.isArray(listed) ? listed.map(String) : []
      for (const code of names) t.equal(at(problems, code, 'status'), Number(status))
      return names
    })
    for (const code of operation.errors) t.ok(codes.includes(code), code)
    const { headers = {} } = object(responses, `${operation.status}`)
    t.equal(
      isObject(headers) && 'ETag' in headers,
      tellsVersion(name) || operation.answer === 'bytes',
      'its version',
    )
    for (const code of ['unauthenticated', 'token_expired'])
      t.equal(codes.includes(code), operation.access !== 'public', code)
    t.ok(codes.includes('internal'))
    t.end()
  })

  t.test(`${name}: who may use it is said`, t => {
    const { access } = operation
    const ticket = operation.answer === 'stream' || operation.answer === 'events' ? [{ ticket: [] }] : []
    t.same(described.security, access === 'public' ? [] : [{ token: [] }, { cookie: [] }, ...ticket])
    t.equal(described['x-required-scope'], scopeOf(access))
    t.end()
  })
}
