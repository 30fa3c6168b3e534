import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Families, familiesSchema, metricsText, metricsType } from '../../lib/metrics.ts'
import { admit } from './access.ts'
import type { Context } from './context.ts'
import { countRequest } from './limits/count-request.ts'
import { sendProblem } from './send-problem.ts'

export const metricsPath = '/metrics'
export const metricsAccess = 'admin'

/** How long the runner may take to tell its figures, in milliseconds; the others are told without them. */
const runnerDeadline = 1_000

/**
 * The figures of API, store and runner, in Prometheus' text form; as JSON for the proxy, which adds its own. They tell
 * of everybody's sessions, hence the scope.
 */
export function registerMetrics(server: FastifyInstance, context: Context): void {
  for (const url of [metricsPath, `/api${metricsPath}`])
    server.route({
      method: 'GET',
      url,
      exposeHeadRoute: true,
      config: { template: metricsPath, countsItself: true },
      handler: async (request: FastifyRequest, reply: FastifyReply) => {
        const admitted = await admit(context, metricsAccess, request)
        if (admitted.ok) request.caller = admitted.value
        const refusal = countRequest(context, request, reply, admitted)
        if (refusal !== undefined) return sendProblem(reply, refusal)
        const services = await gather(context)
        reply.header('cache-control', 'no-store')
        return request.headers.accept === 'application/json'
          ? reply.header('content-type', 'application/json; charset=utf-8').send(JSON.stringify(services))
          : reply.header('content-type', metricsType).send(await metricsText(services))
      },
    })
}

async function gather({ metrics, runner, log }: Context): Promise<Families[]> {
  const [own, runners] = await Promise.all([metrics.families(), runner.measure(runnerDeadline)])
  if (!runners.ok) return [own]
  const parsed = familiesSchema.safeParse(runners.value)
  if (parsed.success) return [own, parsed.data]
  log.warn('the runner told figures that are none')
  return [own]
}
