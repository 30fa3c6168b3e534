import { serverSettings, wasAskedFor } from '../../config/settings.ts'
import { urlOf } from '../../lib/url.ts'
import { createInstance } from '../../services/store/registration.ts'
import type { Ports } from './app.ts'
import { choosePort } from './ports.ts'
import type { StartedService } from './service.ts'
import { type ServiceName, serviceNames } from './service-names.ts'

export type ServicePlan = {
  /** All services as they will be: those that stay, and those that are to be started. */
  services: StartedService[]
  toStart: StartedService[]
  ports: Ports
}

export type ServicePlanOptions = {
  root: string
  environment: Record<string, string | undefined>
  runnerSocket: string
  declaration: string
  sources: string
  /** What answers and may stay as it is. */
  healthy: readonly StartedService[]
  /** What was started last: its ports are kept where they are free. */
  before: readonly StartedService[]
  note(text: string): void
}

/** Decides what is started, and where it listens. A service that answers stays, and keeps its clients. */
export async function planServices(options: ServicePlanOptions): Promise<ServicePlan> {
  const { root, environment, runnerSocket, declaration, sources, healthy } = options
  const settings = serverSettings(root, environment).values
  const ports: Ports = { api: await portFor('api', options), proxy: await portFor('proxy', options) }
  const address = (service: ServiceName) =>
    service === 'runner' ? runnerSocket : urlOf({ host: settings[service].host, port: ports[service] })
  // The proxy was told where the API listens.
  const apiMoved = ports.api !== portOf(options.before, 'api')
  const stays = (service: ServiceName) =>
    service === 'proxy' && apiMoved ? undefined : healthy.find(known => known.service === service)
  const services = serviceNames.map(
    service =>
      stays(service) ?? {
        ...{ service, app: service, instance: createInstance() },
        ...{ address: address(service), declaration, sources },
      },
  )
  return { services, toStart: services.filter(service => !healthy.includes(service)), ports }
}

async function portFor(
  service: 'api' | 'proxy',
  { root, environment, declaration, healthy, before, note }: ServicePlanOptions,
): Promise<number> {
  const settings = serverSettings(root, environment)
  const { host, port } = settings.values[service]
  const kept = portOf(healthy, service)
  if (kept !== undefined) return kept
  const last = portOf(
    before.filter(known => known.declaration === declaration),
    service,
  )
  if (last !== undefined) {
    const again = await choosePort({ service, host, port: last, asked: false })
    if (again.insteadOf === undefined) return again.port
  }
  const asked = wasAskedFor(settings, `${service}.port`)
  const chosen = await choosePort({ service, host, port, asked })
  if (chosen.insteadOf !== undefined)
    note(`port ${chosen.insteadOf} is in use: the ${service} listens on ${chosen.port} instead`)
  return chosen.port
}

type Where = Pick<ServicePlanOptions, 'root' | 'environment' | 'runnerSocket' | 'declaration'>

/** Whether one that was started, perhaps from other settings, would be started where it is. */
export const staysAt = (known: StartedService, where: Where): boolean =>
  known.declaration === where.declaration || known.address === wantedAddress(known.service, where)

/** Where a service is to listen by the settings alone. */
export function wantedAddress(
  service: ServiceName,
  { root, environment, runnerSocket }: Omit<Where, 'declaration'>,
): string {
  if (service === 'runner') return runnerSocket
  const { host, port } = serverSettings(root, environment).values[service]
  return urlOf({ host, port })
}

/** Which port a service that was started listens on. */
export function portOf(services: readonly StartedService[], name: 'api' | 'proxy'): number | undefined {
  const address = services.find(({ service }) => service === name)?.address
  return address === undefined ? undefined : Number(new URL(address).port)
}
