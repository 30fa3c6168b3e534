import { z } from 'zod'

/** What pm2-client.ts and its child pm2-process.ts say to each other. */

export const appSchema = z.looseObject({
  name: z.string(),
  script: z.string(),
  env: z.record(z.string(), z.string()),
})
export type App = z.infer<typeof appSchema>

export const requestSchema = z.discriminatedUnion('do', [
  z.object({ id: z.int(), do: z.literal('connect') }),
  z.object({ id: z.int(), do: z.literal('start'), app: appSchema }),
  z.object({ id: z.int(), do: z.literal('stop'), name: z.string() }),
  z.object({ id: z.int(), do: z.literal('delete'), name: z.string() }),
  z.object({ id: z.int(), do: z.literal('list') }),
  z.object({ id: z.int(), do: z.literal('end-daemon') }),
])
export type Request = z.infer<typeof requestSchema>
type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never
export type Call = WithoutId<Request>

/** A service as PM2 sees it. `online` proves nothing: see probe.ts. */
export const pm2StateSchema = z.object({
  name: z.string(),
  /** 0 while there is no process. */
  pid: z.int(),
  status: z.string(),
  /** How often PM2 has started it again. */
  restarts: z.int(),
  started: z.number().nullable(),
  memory: z.number().nullable(),
})
export type Pm2State = z.infer<typeof pm2StateSchema>

export const answerSchema = z.union([
  z.object({ id: z.int(), ok: z.literal(true), list: z.array(pm2StateSchema) }),
  z.object({ id: z.int(), ok: z.literal(false), message: z.string() }),
])
export type Answer = z.infer<typeof answerSchema>
