import { z } from 'zod'
import { UserError } from '../../../lib/user-error.ts'
import { askGateway } from './ask-gateway.ts'

const driftSchema = z.looseObject({
  kind: z.enum(['missing', 'extra', 'changed']),
  what: z.string(),
  name: z.string(),
  fields: z.array(z.string()).optional(),
})
export type ToldDrift = z.output<typeof driftSchema>

const serverSchema = z.looseObject({
  name: z.string(),
  state: z.string(),
  reason: z.string().optional(),
  tools: z.int(),
  prompts: z.int(),
  drift: z.array(driftSchema),
  left_out: z.array(z.looseObject({ what: z.string(), name: z.string(), why: z.string() })),
  /** Whether it has been started since the proxy was, so that it is known what it offers now. */
  seen: z.boolean(),
  /** Stands for what it offers now. */
  offer: z.string().optional(),
})
export type ToldServer = z.output<typeof serverSchema>

const answerSchema = z.looseObject({ servers: z.array(serverSchema), faults: z.array(z.string()) })

export type GatewayServers = { readonly servers: readonly ToldServer[]; readonly faults: readonly string[] }

/** How the servers stand behind the gateway that runs in this clone; undefined where none does. */
export async function gatewayServers(root: string, signal: AbortSignal): Promise<GatewayServers | undefined> {
  const answer = await askGateway(root, { method: 'GET', path: '/servers', signal })
  if (answer.kind === 'down') return undefined
  const told = answerSchema.safeParse(answer.body)
  if (answer.status === 200 && told.success) return told.data
  throw new UserError(
    `the gateway at ${answer.address} does not tell of its servers: it answered ${answer.status}`,
    {
      fix: 'npx task status tells what is the matter',
    },
  )
}
