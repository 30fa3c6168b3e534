import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { type ModelRequest, modelRequestSchema, toolOutputs } from './model-request.ts'
import { failureEvents, type ResponseEvent, turnEvents } from './response-events.ts'
import { type NextTurn, nextTurn, type Step } from './script.ts'

export type ScriptedModel = AsyncDisposable & {
  /** What a provider's `base_url` is. */
  readonly url: string
  /** The name that it answers to. */
  readonly name: string
  readonly key: string
  /** What it was asked so far, oldest first. */
  readonly requests: readonly ModelRequest[]
}

/**
 * A model that follows a script: the part of OpenAI's Responses API that an agent needs, on a free port of the loopback
 * interface. A script that is at its end, or a step that throws, fails the agent's turn and says why. It does not
 * check that a conversation is one that it has led: the script does, by what it makes of the outputs.
 */
export async function startScriptedModel({ steps }: { steps: readonly Step[] }): Promise<ScriptedModel> {
  const name = 'scripted'
  const key = 'scripted-model-key'
  const requests: ModelRequest[] = []
  let answered = 0

  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    if (request.headers.authorization !== `Bearer ${key}`) return refuse(response, 401, 'this is not the key')
    switch (`${request.method} ${request.url?.split('?')[0]}`) {
      case 'GET /v1/models':
        return sendJson(response, 200, {
          object: 'list',
          data: [{ id: name, object: 'model', created: 0, owned_by: 'script' }],
          // Codex reads a catalog here, and takes the one of its configuration where this is empty.
          models: [],
        })
      case 'POST /v1/responses': {
        const parsed = modelRequestSchema.safeParse(parseJson(await text(request)))
        if (!parsed.success)
          return refuse(response, 400, `not a request of the Responses API: ${parsed.error.message}`)
        requests.push(parsed.data)
        const next = turnOrWhyNot(steps, parsed.data)
        answered += 1
        return sendEvents(
          response,
          next.kind === 'turn'
            ? turnEvents(`r${answered}`, name, next.turn)
            : failureEvents(`r${answered}`, name, `scripted model: ${next.why}`),
        )
      }
      default:
        return refuse(response, 404, `the scripted model has no ${request.method} ${request.url}`)
    }
  }

  const server = createServer((request, response) => {
    respond(request, response).catch(error => response.destroy(error))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port')
  return {
    url: `http://127.0.0.1:${address.port}/v1`,
    name,
    key,
    requests,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

function turnOrWhyNot(steps: readonly Step[], request: ModelRequest): NextTurn {
  try {
    return nextTurn(steps, toolOutputs(request))
  } catch (error) {
    return { kind: 'stuck', why: `a step of the script threw ${error}` }
  }
}

/** Undefined for what is no JSON: no schema takes it. */
function parseJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

function sendEvents(response: ServerResponse, events: readonly ResponseEvent[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  for (const [sequence_number, event] of events.entries())
    response.write(`event: ${event.type}\ndata: ${JSON.stringify({ ...event, sequence_number })}\n\n`)
  response.end()
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

const refuse = (response: ServerResponse, status: number, why: string): void =>
  sendJson(response, status, { error: { message: why, type: 'invalid_request_error', code: null } })
