import { z } from 'zod'
import { firstLine } from '../../lib/first-line.ts'
import type { StartedService } from './service.ts'
import type { ServiceName } from './service-names.ts'

/** Who answered. Only `ready` means that the very instance that was started does its work. */
export type Probe =
  | { answer: 'ready' }
  | { answer: 'other_instance'; instance: string }
  | { answer: 'silent'; reason: string }

const healthSchema = z.object({ service: z.string(), instance: z.string() })
/** The runner's first line on its socket. */
const helloSchema = z.object({ type: z.literal('hello'), instance: z.string() })

/** Asks a service who it is. Never throws; a service that does not answer within `deadline` ms is silent. */
export async function probe(
  { service, address, instance }: Pick<StartedService, 'service' | 'address' | 'instance'>,
  deadline: number,
): Promise<Probe> {
  try {
    const answered = await (service === 'runner'
      ? askRunner(address, deadline)
      : askHealth(service, address, deadline))
    return answered === instance ? { answer: 'ready' } : { answer: 'other_instance', instance: answered }
  } catch (error) {
    return { answer: 'silent', reason: error instanceof Error ? error.message : String(error) }
  }
}

async function askHealth(service: ServiceName, url: string, deadline: number): Promise<string> {
  const { request } = await import('undici')
  const { statusCode, body } = await request(`${url}/healthz`, {
    signal: AbortSignal.timeout(deadline),
    reset: true,
  })
  const health = healthSchema.safeParse(await body.json())
  if (statusCode !== 200 || !health.success || health.data.service !== service)
    throw new Error(`${url} answers, but it is not the ${service}`)
  return health.data.instance
}

async function askRunner(socket: string, deadline: number): Promise<string> {
  return helloSchema.parse(JSON.parse(await firstLine(socket, deadline))).instance
}

/** Whether the whole answers: the API, asked through the proxy, finds its store and its runner. */
export async function probeWhole(proxyUrl: string, deadline: number): Promise<Probe> {
  try {
    const { request } = await import('undici')
    const { statusCode, body } = await request(`${proxyUrl}/api/readyz`, {
      signal: AbortSignal.timeout(deadline),
      reset: true,
    })
    const text = await body.text()
    return statusCode === 200
      ? { answer: 'ready' }
      : { answer: 'silent', reason: `${proxyUrl}/api/readyz: ${statusCode} ${text}` }
  } catch (error) {
    return { answer: 'silent', reason: error instanceof Error ? error.message : String(error) }
  }
}
