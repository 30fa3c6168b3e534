import { contract, type OperationName, operationNames } from '../../contract/contract.ts'
import { exampleInputs } from '../../contract/examples/inputs.ts'
import {
  debugCallSchema,
  inputSchema,
  type JsonSchema,
  namedSchemas,
  schemaReference,
} from '../../contract/json-schemas.ts'
import { isKeyed } from '../../contract/keyed-operations.ts'
import {
  hasBody,
  type Operation,
  opensByTicket,
  pathParameters,
  pathsOf,
  scopeOf,
} from '../../contract/operation.ts'
import { isUpdate } from '../../contract/versions.ts'
import { debugAccess } from '../debug/serve-debug.ts'
import { metricsAccess, metricsPath } from '../metrics-route.ts'
import { authCookie } from '../presented.ts'
import { byteHeaders } from './byte-answers.ts'
import { idempotencyKey, ifMatch } from './condition-headers.ts'
import { eventHeaders } from './event-answers.ts'
import { headerComponents, withHeaders } from './headers.ts'
import { logHeaders } from './log-answers.ts'
import { problemExamples } from './problem-examples.ts'
import { failures, responsesOf } from './responses.ts'

type Components = 'schemas' | 'headers' | 'examples' | 'securitySchemes'

export type OpenApiDocument = {
  readonly openapi: '3.1.1'
  readonly info: JsonSchema
  readonly servers: readonly JsonSchema[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, JsonSchema>>>>
  readonly components: Readonly<Record<Components, Readonly<Record<string, JsonSchema>>>>
}

/** The contract as an OpenAPI 3.1 document: https://spec.openapis.org/oas/v3.1.1.html */
export function openApiDocument(version: string): OpenApiDocument {
  const paths: Record<string, Record<string, JsonSchema>> = {}
  for (const name of operationNames) {
    const operation: Operation = contract[name]
    for (const path of pathsOf(operation))
      paths[path] = {
        ...paths[path],
        [operation.method.toLowerCase()]: { ...describe(name, operation), operationId: idAt(name, path) },
      }
  }
  paths[metricsPath] = { get: describeMetrics() }
  const debugPath = contract['debug.list'].path
  paths[debugPath] = { ...paths[debugPath], 'x-websocket': debugWebSocket() }
  return {
    openapi: '3.1.1',
    info: { title: 'Debug Server', version, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/' }, { url: '/api', description: 'the same, as the front door serves it' }],
    paths,
    components: {
      schemas: namedSchemas(),
      headers: headerComponents(),
      examples: problemExamples(),
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'a personal access token, or the access token of a sign-in',
        },
        cookie: { type: 'apiKey', in: 'cookie', name: authCookie, description: 'from auth.login, for pages' },
        ticket: { type: 'apiKey', in: 'query', name: 'ticket', description: 'from tickets.create' },
      },
    },
  }
}

/** Each address has an id of its own. */
const idAt = (name: OperationName, path: string): string =>
  path === contract[name].path ? name : path.slice(1).replaceAll('/', '_')

/** Any of these tells who asks. */
const proofs: readonly JsonSchema[] = [{ token: [] }, { cookie: [] }]

/** OpenAPI has no word for WebSockets. Of a log it is said with the answer, whose messages it carries. */
const debugWebSocket = (): JsonSchema => ({
  description:
    'a WebSocket at this path carries calls of the debug operations, one a text frame, answered under their id as they are ready, and what happens to the debuggees of the session',
  'x-required-scope': debugAccess,
  client: debugCallSchema(),
  server: schemaReference('DebugMessage'),
})

/** No operation of the contract: it answers in a form of Prometheus' own. */
const describeMetrics = (): JsonSchema => ({
  operationId: 'metrics',
  tags: ['server'],
  summary: 'The figures of API, store and runner, for Prometheus',
  parameters: [],
  responses: {
    200: withHeaders({
      description: 'Prometheus text exposition format 0.0.4',
      content: { 'text/plain': { schema: { type: 'string' } } },
    }),
    ...failures([
      'token_in_url',
      'unauthenticated',
      'token_expired',
      'origin_refused',
      'insufficient_scope',
      'store_busy',
      'internal',
    ]),
  },
  security: proofs,
  'x-required-scope': metricsAccess,
})

function describe(name: OperationName, operation: Operation): JsonSchema {
  const { access } = operation
  const scope = scopeOf(access)
  return {
    tags: [name.split('.', 1)[0]],
    summary: operation.summary,
    ...requestOf(name, operation),
    responses: responsesOf(name, operation),
    security: access === 'public' ? [] : [...proofs, ...(opensByTicket(operation) ? [{ ticket: [] }] : [])],
    ...(scope === undefined ? {} : { 'x-required-scope': scope }),
  }
}

/** Where each field of the input travels: see operation.ts in the contract. */
function requestOf(name: OperationName, operation: Operation): JsonSchema {
  const { properties, required } = inputSchema(operation.input)
  const examples: Readonly<Record<string, unknown>> = exampleInputs[name]
  const inPath = new Set(pathParameters(operation.path))
  const others = Object.entries(properties).filter(([name]) => !inPath.has(name))
  const parameters = [...inPath].map(name =>
    parameter('path', name, properties[name] ?? {}, true, examples[name]),
  )
  if (!hasBody(operation)) {
    for (const [name, schema] of others)
      parameters.push(parameter('query', name, schema, required.includes(name), examples[name]))
    return { parameters: [...parameters, ...headersOf(name)] }
  }
  parameters.push(...headersOf(name))
  if (others.length === 0) return { parameters }
  const needed = required.filter(name => !inPath.has(name))
  const example = Object.fromEntries(Object.entries(examples).filter(([name]) => !inPath.has(name)))
  const schema = {
    type: 'object',
    properties: Object.fromEntries(others),
    ...(needed.length === 0 ? {} : { required: needed }),
    additionalProperties: false,
  }
  return {
    parameters,
    requestBody: { required: needed.length > 0, content: { 'application/json': { schema, example } } },
  }
}

function headersOf(name: OperationName): readonly JsonSchema[] {
  switch (contract[name].answer) {
    case 'json':
      return isUpdate(name) ? [ifMatch] : isKeyed(name) ? [idempotencyKey] : []
    case 'stream':
      return logHeaders
    case 'bytes':
      return byteHeaders
    case 'events':
      return eventHeaders
  }
}

function parameter(
  place: 'path' | 'query',
  name: string,
  schema: JsonSchema,
  required: boolean,
  example: unknown,
): JsonSchema {
  const { description, ...rest } = schema
  return {
    name,
    in: place,
    required,
    ...(description === undefined ? {} : { description }),
    schema: rest,
    ...(example === undefined ? {} : { example }),
  }
}
