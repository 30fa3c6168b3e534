import { z } from 'zod'
import { artifactSchema } from '../../contract/artifact-resources.ts'
import { fromDebugSchema, toDebugSchema } from '../../contract/debug-message.ts'
import { breakpointSchema, debugSessionSchema } from '../../contract/debug-resources.ts'
import { eventMessageSchema } from '../../contract/event-message.ts'
import { logMessageSchema } from '../../contract/log-message.ts'
import { problemSchema } from '../../contract/problems.ts'
import { commandSchema, repositorySchema, sessionSchema, tokenSchema } from '../../contract/resources.ts'

export type JsonSchema = Readonly<Record<string, unknown>>

const named = new Map<z.ZodType, string>([
  [repositorySchema, 'Repository'],
  [sessionSchema, 'Session'],
  [commandSchema, 'Command'],
  [artifactSchema, 'Artifact'],
  [tokenSchema, 'Token'],
  [logMessageSchema, 'LogMessage'],
  [eventMessageSchema, 'EventMessage'],
  [debugSessionSchema, 'DebugSession'],
  [breakpointSchema, 'Breakpoint'],
  [fromDebugSchema, 'DebugMessage'],
  [problemSchema, 'Problem'],
])

export const schemaReference = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` })

/** What the server answers with. Members may be added one day, so none are forbidden. */
export function outputSchema(schema: z.ZodType): JsonSchema {
  const name = named.get(schema)
  if (name !== undefined) return schemaReference(name)
  if (schema instanceof z.ZodArray && schema.element instanceof z.ZodType)
    return { type: 'array', items: outputSchema(schema.element) }
  return expanded(schema)
}

export const namedSchemas = (): Record<string, JsonSchema> =>
  Object.fromEntries([...named].map(([schema, name]) => [name, expanded(schema)]))

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

function expanded(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io: 'output',
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
    },
  })
  return rest
}
