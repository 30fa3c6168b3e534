import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { text } from 'node:stream/consumers'
import { contract, type OperationName, operationNames } from '../../services/contract/contract.ts'
import { fromText } from '../../services/contract/from-text.ts'
import { hasBody, type Operation, type OutputOf, pathParameters } from '../../services/contract/operation.ts'
import { type ProblemCode, problemDocument } from '../../services/contract/problems.ts'

/** A handler answers with what the contract says, throws a Refusal, or takes the response into its own hands. */
export type Handlers = {
  [Name in OperationName]?: (
    input: Record<string, unknown>,
    exchange: { request: IncomingMessage; response: ServerResponse; index: number },
  ) => OutputOf<(typeof contract)[Name]> | Promise<OutputOf<(typeof contract)[Name]>> | undefined
}

export class Refusal extends Error {
  readonly code: ProblemCode

  constructor(code: ProblemCode, detail: string) {
    super(detail)
    this.code = code
  }
}

export type Received = {
  readonly name: OperationName
  readonly input: Record<string, unknown>
  readonly authorization: string | undefined
}

export type StandIn = AsyncDisposable & {
  readonly url: string
  readonly received: readonly Received[]
}

/**
 * An HTTP server that routes and validates by the contract table and answers by the handlers of one test. It knows
 * nothing else of the server: it stands in where a test must decide what the server says.
 */
export async function standIn(handlers: Handlers, tls?: { key: string; cert: string }): Promise<StandIn> {
  const received: Received[] = []
  const counts = new Map<OperationName, number>()
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const found = route(request)
    const problem = (code: ProblemCode, detail: string, errors?: { path: string; message: string }[]) => {
      const document = problemDocument(code, detail, errors)
      response.writeHead(document.status, { 'content-type': 'application/problem+json' })
      response.end(JSON.stringify(document))
    }
    if (found === undefined) return problem('not_found', `${request.method} ${request.url}`)
    const { name, operation, fields } = found
    if (hasBody(operation)) Object.assign(fields, JSON.parse(await text(request)))
    const input = operation.input.safeParse(fields)
    if (!input.success) {
      const errors = input.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }))
      return problem(
        'invalid_input',
        errors.map(({ path, message }) => `${path}: ${message}`).join('; '),
        errors,
      )
    }
    const index = counts.get(name) ?? 0
    counts.set(name, index + 1)
    received.push({ name, input: { ...input.data }, authorization: request.headers.authorization })
    const handler: Handlers[keyof Handlers] = handlers[name]
    if (handler === undefined) return problem('internal', `the test has no handler for ${name}`)
    try {
      const output: unknown = await handler({ ...input.data }, { request, response, index })
      if (output === undefined) return
      const text = JSON.stringify(operation.output.parse(output))
      response.writeHead(operation.status, { 'content-type': 'application/json' })
      response.end(text)
    } catch (error) {
      if (error instanceof Refusal) problem(error.code, error.message)
      else problem('internal', String(error))
    }
  }
  const server = tls === undefined ? createServer() : createTlsServer(tls)
  // A test may keep this process busy for longer than the usual five seconds.
  server.keepAliveTimeout = 120_000
  server.on('request', (request: IncomingMessage, response: ServerResponse) => void answer(request, response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${address.port}`,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

function route(request: IncomingMessage) {
  const url = new URL(request.url ?? '/', 'http://stand-in')
  for (const name of operationNames) {
    const operation: Operation = contract[name]
    const names = pathParameters(operation.path)
    const match = new RegExp(`^${operation.path.replaceAll(/\{\w+\}/g, '([^/]+)')}$`).exec(url.pathname)
    if (match === null || operation.method !== request.method) continue
    const fields: Record<string, unknown> = Object.fromEntries(
      [...url.searchParams].map(([parameter, text]) => [
        parameter,
        fromText(operation.input.shape[parameter], text),
      ]),
    )
    for (const [i, parameter] of names.entries()) fields[parameter] = decodeURIComponent(match[i + 1] ?? '')
    return { name, operation, fields }
  }
  return undefined
}
