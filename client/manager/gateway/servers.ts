import { z } from 'zod'
import { UserError } from '../../../lib/user-error.ts'
import { askGateway, type GatewayAnswer } from './ask-gateway.ts'

const driftSchema = z.looseObject({
  kind: z.enum(['missing', 'extra', 'changed']),
  what: z.string(),
  name: z.string(),
  fields: z.array(z.string()).optional(),
})
export type ToldDrift = z.output<typeof driftSchema>

const definition = z.record(z.string(), z.unknown()).optional()
const comparisonSchema = z.looseObject({
  /** Stands for what it offers now. */
  offer: z.string().optional(),
  drift: z.array(driftSchema.extend({ before: definition, after: definition })),
})
export type ToldComparison = z.output<typeof comparisonSchema>

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
  return parsed(answer, answerSchema)
}

/** The drift of one server, with the definitions on both sides; undefined where no gateway runs. */
export async function gatewayDrift(
  root: string,
  name: string,
  signal: AbortSignal,
): Promise<ToldComparison | undefined> {
  const answer = await askGateway(root, { method: 'GET', path: `/servers/${name}/drift`, signal })
  return answer.kind === 'down' ? undefined : parsed(answer, comparisonSchema)
}

function parsed<Told>(
  { status, body, address }: Extract<GatewayAnswer, { kind: 'answer' }>,
  schema: z.ZodType<Told>,
): Told {
  const told = schema.safeParse(body)
  if (status === 200 && told.success) return told.data
  throw new UserError(`the gateway at ${address} does not tell of its servers: it answered ${status}`, {
    fix: 'npx task status tells what is the matter',
  })
}
