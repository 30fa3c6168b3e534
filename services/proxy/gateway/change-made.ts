import { z } from 'zod'

const askedSchema = z.object({ arguments: z.object({ operation: z.string() }) })
const answerSchema = z.object({
  structuredContent: z.object({
    files_updated: z.array(z.object({ changed: z.boolean(), dry_run: z.boolean() })),
    commands_run: z.array(z.object({ command: z.string(), status: z.string() })),
  }),
})

/**
 * What a call of the manager has changed, as the audit log calls it; undefined where it has changed nothing. An operation that
 * went wrong may have changed something before.
 */
export function changeMade(params: unknown, answer: unknown): string | undefined {
  const asked = askedSchema.safeParse(params)
  const told = answerSchema.safeParse(answer)
  if (!asked.success || !told.success) return undefined
  const { files_updated: files, commands_run: commands } = told.data.structuredContent
  const isChanged =
    files.some(one => one.changed && !one.dry_run) ||
    commands.some(({ command, status }) => command.startsWith('npm install') && status === 'ok')
  const name = asked.data.arguments.operation.trim().toLowerCase()
  // It did something, so it is one that there is; nothing else that a client wrote gets in there.
  return isChanged && /^[a-z_]{1,40}$/.test(name) ? `mcp_servers.${name}` : undefined
}

const changing = [
  'discover_servers',
  'install_server',
  'remove_server',
  'refresh_discovery',
  'run_reconciler',
]
const dryRunSchema = z.union([
  z.object({ arguments: z.object({ params: z.object({ dry_run: z.literal(true) }) }) }),
  z.object({ arguments: z.object({ params: z.null().optional(), dry_run: z.literal(true) }) }),
])

/** The same of a call whose answer nobody has heard: what it may have changed. Whoever gives it up in time is written down, too. */
export function changeAsked(params: unknown): string | undefined {
  const asked = askedSchema.safeParse(params)
  if (!asked.success || dryRunSchema.safeParse(params).success) return undefined
  const name = asked.data.arguments.operation.trim().toLowerCase()
  return changing.includes(name) ? `mcp_servers.${name}` : undefined
}
