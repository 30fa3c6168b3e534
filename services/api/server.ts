import type { Duplex } from 'node:stream'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { limitConnections } from '../../lib/connection-room.ts'
import { endConnection } from '../../lib/end-connection.ts'
import { attributesOf, withSubject } from '../../lib/subject.ts'
import { carrierIn, type OpenSpan, openSpan, silent } from '../../lib/trace.ts'
import { malformedRequest, mostHeadBytes } from '../contract/malformed-request.ts'
import { tokenInUrl } from '../contract/token-in-url.ts'
import type { Caller } from './access.ts'
import type { Context } from './context.ts'
import { allowOrigins } from './cors.ts'
import type { Handlers } from './handlers/handler.ts'
import { countRequest } from './limits/count-request.ts'
import { defaultBodyBytes, mostHeaders, oversized } from './limits/request-size.ts'
import { registerMetrics } from './metrics-route.ts'
import { type Refusal, refuse } from './outcome.ts'
import { pages } from './pages/pages.ts'
import { serveStatic } from './pages/static-file.ts'
import { problemReply, rawReply, refusalOf } from './problem-reply.ts'
import { readJsonOnly } from './read-body.ts'
import { methodsAt } from './route-table.ts'
import { registerRoutes } from './routes.ts'
import { sendProblem } from './send-problem.ts'
import type { TokenUse } from './token-use.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The path template of the contract, for the request log. */
    template?: string
    /** Whether it counts its requests itself, once it knows who asks. */
    countsItself?: true
  }

  interface FastifyRequest {
    /** Who asks, from the moment it was admitted. */
    caller: Caller | undefined
    /** What the store told then of what callers are judged by: see `recalled` there. */
    judgedAt: number | undefined
  }
}

/** The HTTP side of the API: routes from the contract, and a problem document for whatever else may come. */
export function buildServer(context: Context, handlers: Handlers, tokenUse: TokenUse): FastifyInstance {
  const failed = (error: unknown, _request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const refusal = refusalOf(error)
    if (refusal.code === 'internal') context.log.error({ err: error }, 'a request failed')
    // Fastify would close at once: who is still sending then sees a broken connection and never the answer. What is
    // left of the body is read and dropped instead, for as long as any request may take.
    if (refusal.code === 'body_too_large') reply.removeHeader('connection')
    return sendProblem(reply, refusal)
  }
  const server = Fastify({
    logger: false,
    bodyLimit: defaultBodyBytes,
    exposeHeadRoutes: false,
    // In progress when the server stops is answered, not refused.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    requestTimeout: context.limits.request,
    routerOptions: { maxParamLength: 1_000 },
    genReqId: context.nextRequestId,
    http: {
      shouldUpgradeCallback: request => request.headers.upgrade?.toLowerCase() === 'websocket',
      maxHeaderSize: mostHeadBytes,
      headersTimeout: context.limits.head,
      connectionsCheckingInterval: Math.min(5_000, context.limits.head / 2),
    },
    frameworkErrors: (error, request, reply) => {
      const refusal = countRequest(context, request, reply) ?? oversized(request.raw)
      if (refusal === undefined) failed(error, request, reply)
      else sendProblem(reply, refusal)
    },
    clientErrorHandler: refuseMalformed,
  })
  // One more is let in, so that too many can be told from as many as there may be.
  server.server.maxHeadersCount = mostHeaders + 1
  limitConnections(server.server, context.requests.connections)
  server.decorateRequest('caller', undefined)
  server.decorateRequest('judgedAt', undefined)
  readJsonOnly(server)
  server.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    const span = requestSpan(request, reply)
    const fault = oversized(request.raw) ?? leaked(request.url)
    // Whatever is asked for is counted: what no operation answers, or is refused here, by its address.
    const isCounted = fault === undefined && request.routeOptions.config.countsItself === true
    const refusal = (isCounted ? undefined : countRequest(context, request, reply)) ?? fault
    if (refusal !== undefined) return void sendProblem(reply, refusal)
    span.within(() => withSubject({ request: request.id }, done))
  })
  server.addHook('onResponse', (request, reply, done) => {
    const { caller } = request
    if (caller !== undefined) tokenUse.note(caller.credential)
    context.requestLog.note({
      method: request.method,
      route: request.routeOptions.config.template ?? '(none)',
      status: reply.raw.statusCode,
      ms: reply.elapsedTime,
      request: request.id,
      address: context.peers.address(request.raw),
      credential: caller?.credential.id,
    })
    done()
  })
  allowOrigins(server, context.allowedOrigins)
  server.setErrorHandler(failed)
  server.setNotFoundHandler((request, reply) => sendProblem(reply, nothingThere(request.method, request.url)))
  registerRoutes(server, context, handlers)
  registerMetrics(server, context)
  for (const page of pages(context.version)) serveStatic(server, page)
  return server
}

/** From here to the end of the answer, which may be a stream. */
function requestSpan({ id, method, headers, routeOptions }: FastifyRequest, { raw }: FastifyReply): OpenSpan {
  const route = routeOptions.config.template
  const span = openSpan(route === undefined ? method : `${method} ${route}`, {
    kind: 'server',
    from: carrierIn(headers),
    attributes: () => ({
      ...{ 'http.request.method': method, 'http.route': route },
      ...attributesOf({ request: id }),
    }),
  })
  if (span !== silent)
    raw.once('close', () => {
      span.annotate({ 'http.response.status_code': raw.statusCode })
      span.end(raw.statusCode >= 500)
    })
  return span
}

function leaked(url: string): Refusal | undefined {
  const leak = tokenInUrl(url)
  return leak === undefined ? undefined : refuse('token_in_url', leak)
}

function nothingThere(method: string, url: string): Refusal {
  const methods = methodsAt(url.split('?', 1)[0] ?? '')
  if (methods.length === 0) return refuse('not_found', 'there is nothing at this address')
  const allow = methods.join(', ')
  return refuse('method_not_allowed', `${method} is not offered here; ${allow} is`, { headers: { allow } })
}

/** What is no HTTP request, or too large a one, before any route is known. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const { code, detail } = malformedRequest(error.code)
  endConnection(socket, rawReply(problemReply(refuse(code, detail))))
}
