import { type ServiceName, serviceNames } from './service-names.ts'

/** A service has two names in PM2, of which one is free for its successor while both run. */
const successor = (service: ServiceName): string => `${service}-2`

export const otherApp = (service: ServiceName, app: string): string =>
  app === service ? successor(service) : service

/** Which service PM2 has under this name; undefined where it is none of ours. */
export const serviceOf = (app: string): ServiceName | undefined =>
  serviceNames.find(service => service === app || successor(service) === app)
