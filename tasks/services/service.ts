import { z } from 'zod'
import { serviceNames } from './service-names.ts'

/** One service as `task up` started it. */
export const startedServiceSchema = z.object({
  service: z.enum(serviceNames),
  /** Its name in PM2, which a successor that runs beside it cannot have: see app-names.ts. */
  app: z.string(),
  /** The id that the service must answer with. */
  instance: z.string(),
  /** A URL, or the runner's socket. */
  address: z.string(),
  /** Hash of everything it was started with; another hash means that it has to be started anew. */
  declaration: z.string(),
  /** Hash of the sources that it was started from. */
  sources: z.string(),
})
export type StartedService = z.infer<typeof startedServiceSchema>
