import { z } from 'zod'

/**
 * An MCP server as catalogues describe it: the `server.json` of the MCP registry (its schema of 2025-12-11), as much of it as
 * counts here, and bounded. What a catalogue says beyond that is dropped. Two things are ours, and for catalogues of one's own:
 * `tags`, and `program`, a program of this machine.
 */

const line = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^\P{Cc}*$/u)
const few = 64

const inputShape = {
  description: z.string().max(2_000).optional(),
  isRequired: z.boolean().default(false),
  isSecret: z.boolean().default(false),
  default: line(4_000).optional(),
  choices: z.array(line(400)).max(few).optional(),
  /** Fixed: nobody is asked for it, but for the `{variables}` in it. */
  value: line(4_000).optional(),
}

const inputSchema = z.object(inputShape)
export type Input = z.output<typeof inputSchema>

const withVariables = { ...inputShape, variables: z.record(line(100), inputSchema).default({}) }

const namedInputSchema = z.object({ name: line(200).min(1), ...withVariables })
export type NamedInput = z.output<typeof namedInputSchema>
const namedInputs = z.array(namedInputSchema).max(few).default([])

const argumentSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('positional'),
    valueHint: line(200).optional(),
    isRepeated: z.boolean().default(false),
    ...withVariables,
  }),
  z.object({
    type: z.literal('named'),
    name: line(200).min(1),
    isRepeated: z.boolean().default(false),
    ...withVariables,
  }),
])
export type Argument = z.output<typeof argumentSchema>
const args = z.array(argumentSchema).max(few).default([])

const packageSchema = z.object({
  registryType: line(100),
  registryBaseUrl: line(2_000).optional(),
  identifier: line(2_000).min(1),
  version: line(255).optional(),
  packageArguments: args,
  environmentVariables: namedInputs,
  transport: z.object({ type: line(100) }).default({ type: 'stdio' }),
})
export type Package = z.output<typeof packageSchema>

const remoteSchema = z.object({
  type: line(100),
  url: line(2_000).min(1),
  headers: namedInputs,
  variables: z.record(line(100), inputSchema).default({}),
})
export type Remote = z.output<typeof remoteSchema>

const programSchema = z.object({
  command: line(4_000).min(1),
  args: z.array(line(4_000)).max(256).default([]),
  environmentVariables: namedInputs,
})
export type Program = z.output<typeof programSchema>

export const entrySchema = z.object({
  name: z
    .string()
    .max(200)
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*(?:\/[A-Za-z0-9][A-Za-z0-9._-]*)?$/)
    .meta({ description: 'a name of letters, digits, ".", "_" and "-", with one "/" in it at the most' }),
  title: line(200).optional(),
  description: z.string().max(2_000).default(''),
  version: line(255).optional(),
  websiteUrl: line(2_000).optional(),
  tags: z.array(line(100)).max(few).default([]),
  packages: z.array(packageSchema).max(16).default([]),
  remotes: z.array(remoteSchema).max(16).default([]),
  program: programSchema.optional(),
})
export type Entry = z.output<typeof entrySchema>

/** What is wrong with something that was to be an entry; nothing of its text, which may be of any file. */
export const entryFault = (error: z.ZodError): string =>
  error.issues
    .slice(0, 3)
    .map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`)
    .join('; ')
