import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import type { Dispatcher } from 'undici'
import { z } from 'zod'
import { familiesSchema, metricsText, metricsType } from '../../lib/metrics.ts'
import { type Forwarded, forwardedHeaders } from './headers.ts'
import type { ProxyMetrics } from './metrics.ts'
import { sendProblem } from './problem.ts'

export type MetricsQuestion = {
  readonly upstream: Dispatcher
  readonly metrics: ProxyMetrics
  readonly log: Logger
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly forwarded: Forwarded
}

/** How long the API may take, in milliseconds. */
const deadline = 5_000

/**
 * All figures at one address: those of API and runner as the API tells them to this caller, and the proxy's own. Who may
 * not see the API's is answered as the API answers. Never rejects.
 */
export async function answerMetrics(question: MetricsQuestion): Promise<void> {
  const { response, log } = question
  try {
    await answer(question)
  } catch (error) {
    log.warn({ err: error }, 'the figures of the API are not to be had')
    if (!response.headersSent)
      sendProblem(response, 'upstream_unavailable', 'the API does not answer; try again')
  }
}

async function answer({ upstream, metrics, request, response, forwarded }: MetricsQuestion): Promise<void> {
  const { authorization } = request.headers
  const told = await upstream.request({
    path: '/metrics',
    method: 'GET',
    headers: [
      ...['accept', 'application/json'],
      ...(authorization === undefined ? [] : ['authorization', authorization]),
      ...forwardedHeaders(forwarded),
    ],
    signal: AbortSignal.timeout(deadline),
  })
  const body = await told.body.text()
  if (told.statusCode !== 200) {
    for (const name of ['content-type', 'www-authenticate', 'retry-after']) {
      const value = told.headers[name]
      if (value !== undefined) response.setHeader(name, value)
    }
    response.writeHead(told.statusCode).end(body)
    return
  }
  const services = z.array(familiesSchema).parse(JSON.parse(body))
  const text = await metricsText([...services, await metrics.families()])
  response.writeHead(200, { 'content-type': metricsType, 'cache-control': 'no-store' }).end(text)
}
