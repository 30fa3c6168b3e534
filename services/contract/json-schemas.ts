import { z } from 'zod'
import { artifactSchema } from './artifact-resources.ts'
import { auditEntrySchema } from './audit-entry.ts'
import { breakpointSchema } from './debug-breakpoints.ts'
import { stopDiffSchema } from './debug-diff.ts'
import { fromDebugSchema, toDebugSchema } from './debug-message.ts'
import { failureReportSchema } from './debug-report.ts'
import { debugSessionSchema } from './debug-resources.ts'
import { environmentSchema } from './environment-resources.ts'
import { eventMessageSchema } from './event-message.ts'
import { inviteSchema } from './invite-resources.ts'
import { logMessageSchema } from './log-message.ts'
import { problemSchema } from './problems.ts'
import { commandSchema, repositorySchema, sessionSchema, tokenSchema } from './resources.ts'
import { signInSchema, userSchema } from './user-resources.ts'
import { worktreeSchema } from './worktree-resources.ts'

/** The contract's schemas as JSON Schema 2020-12, for documents: OpenAPI and the manual. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** What is told of under a name of its own, wherever it occurs. */
const named = z.registry<{ id: string }>()
named
  .add(repositorySchema, { id: 'Repository' })
  .add(sessionSchema, { id: 'Session' })
  .add(worktreeSchema, { id: 'Worktree' })
  .add(commandSchema, { id: 'Command' })
  .add(artifactSchema, { id: 'Artifact' })
  .add(environmentSchema, { id: 'Environment' })
  .add(tokenSchema, { id: 'Token' })
  .add(userSchema, { id: 'User' })
  .add(signInSchema, { id: 'SignIn' })
  .add(inviteSchema, { id: 'Invite' })
  .add(auditEntrySchema, { id: 'AuditEntry' })
  .add(logMessageSchema, { id: 'LogMessage' })
  .add(eventMessageSchema, { id: 'EventMessage' })
  .add(debugSessionSchema, { id: 'DebugSession' })
  .add(breakpointSchema, { id: 'Breakpoint' })
  .add(failureReportSchema, { id: 'FailureReport' })
  .add(stopDiffSchema, { id: 'StopDiff' })
  .add(fromDebugSchema, { id: 'DebugMessage' })
  .add(problemSchema, { id: 'Problem' })

const uri = (name: string): string => `#/components/schemas/${name}`

export const schemaReference = (name: string): JsonSchema => ({ $ref: uri(name) })

export const namedSchemas = (): Record<string, JsonSchema> =>
  Object.fromEntries(
    Object.entries(z.toJSONSchema(named, { uri, ...output }).schemas).map(([name, schema]) => {
      const { $schema: _, $id: __, ...rest } = schema
      return [name, rest]
    }),
  )

/** What the server answers with. Members may be added one day, so none are forbidden. */
export function outputSchema(schema: z.ZodType): JsonSchema {
  const name = named.get(schema)?.id
  if (name !== undefined) return schemaReference(name)
  const { $schema: _, $defs: __, ...rest } = z.toJSONSchema(schema, { metadata: named, ...output })
  // Zod puts named parts beneath the schema that they occur in; ours have one place for all.
  return JSON.parse(JSON.stringify(rest).replaceAll('"#/$defs/', `"${uri('')}`))
}

const output = {
  io: 'output',
  override: ({ jsonSchema }) => {
    if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
  },
} as const satisfies Parameters<typeof z.toJSONSchema>[1]

/** What a client sends: the members of an operation's input, and which of them must be there. */
export function inputSchema(schema: z.ZodType): {
  properties: Record<string, JsonSchema>
  required: readonly string[]
} {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' })
  return {
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, value]) => [
        name,
        typeof value === 'boolean' ? {} : { ...value },
      ]),
    ),
    required,
  }
}

/** What a client says over the WebSocket for debuggers. */
export function debugCallSchema(): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(toDebugSchema, { io: 'input' })
  return rest
}
