import { z } from 'zod'
import { type BuiltinName, builtins } from './builtins.ts'

/**
 * What `config/mcp.toml` says: which MCP servers stand behind the gateway, and what of them it shows. Tables are named by
 * who writes them, so these keys have no environment variables, unlike those of `config/schema.ts`.
 */

/** What a name stands in front of: tools, and, its underscores written as hyphens, schemes of addresses. */
export const serverName = z
  .string()
  .regex(/^[a-z][a-z0-9]*(?:[_-][a-z0-9]+)*$/)
  .max(32)
  .meta({ description: 'a name of small letters and digits, parts of it joined by "-" or "_"' })

/** What agents take as the name of a tool. */
const toolName = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/)
  .meta({ description: 'up to 64 letters, digits, "_" and "-"' })

const variableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
const text = z.string().min(1)
/** Names, in which `*` stands for anything. */
const patterns = z.array(text)
const seconds = (most: number) => z.number().positive().max(most)
/** A schema of JSON Schema, as a table. */
const schema = z.record(z.string(), z.unknown())
/** Never shown: values of it are where secrets stand. */
const secret = z.record(text, z.string().meta({ secret: true }))

const isAddress = (given: string): boolean => /^https?:\/\/[^\s@]+$/.test(given)

const toolSchema = z.strictObject({
  /** In place of `SERVER_TOOL`. */
  name: toolName.optional(),
  title: text.optional(),
  description: text.optional(),
  input_schema: schema.optional(),
  output_schema: schema.optional(),
  /** Shown to nobody; a composite tool can still call it. */
  hidden: z.boolean().default(false),
})
export type ToolSettings = z.output<typeof toolSchema>

const serverSchema = z.strictObject({
  enabled: z.boolean().default(true),
  /** A program of this project. */
  builtin: z.enum(Object.keys(builtins) as [BuiltinName, ...BuiltinName[]]).optional(),
  /** Whether a token has to have the scope `admin` as well. */
  admin_only: z.boolean().default(false),
  command: text.optional(),
  args: z.array(z.string()).default([]),
  env: secret.default({}),
  /** Variables of the proxy's own environment that the program gets as well. */
  pass_env: z.array(variableName).default([]),
  cwd: text.optional(),
  url: z
    .string()
    .refine(isAddress)
    .meta({
      description: 'an address such as "https://mcp.example.org/mcp", without a name or password in it',
    })
    .optional(),
  transport: z.enum(['http', 'sse']).default('http'),
  headers: secret.default({}),
  share: z.enum(['shared', 'client', 'session']).default('shared'),
  start_seconds: seconds(600).default(20),
  call_seconds: seconds(86_400).default(120),
  idle_seconds: z.number().min(0).max(604_800).default(600),
  answer_bytes: z.int().min(1_024).max(67_108_864).default(10_485_760),
  allow: patterns.default(['*']),
  block: patterns.default([]),
  changes: z.enum(['pin', 'follow']).default('pin'),
  /** Anything: where it changes, what runs is started anew. */
  revision: text.optional(),
  tools: z.record(text, toolSchema).default({}),
})
export type ServerSettings = z.output<typeof serverSchema>
/** As it is written. */
export type ServerTable = z.input<typeof serverSchema>

const mappingSchema = z.strictObject({
  /** Where it goes, with dots between names. */
  target: text,
  /** Where it comes from, with dots; empty: all arguments. Without: as `target`. */
  source: z.string().optional(),
  /** In place of what is given. */
  value: z.unknown().optional(),
  default: z.unknown().optional(),
  required: z.boolean().default(false),
  allow_null: z.boolean().default(false),
})
export type ArgumentMapping = z.output<typeof mappingSchema>

const operationSchema = z.strictObject({
  server: serverName,
  tool: text,
  description: text.optional(),
  aliases: z.array(text).default([]),
  arguments: z.array(mappingSchema).default([]),
  require_any_of: z.array(z.array(text).min(1)).default([]),
})
export type OperationSettings = z.output<typeof operationSchema>

const compositeSchema = z.strictObject({
  title: text.optional(),
  description: text,
  selector: toolName.default('operation'),
  input_schema: schema.optional(),
  output_schema: schema.optional(),
  /** Whether the tools it is made of are shown beside it. */
  hide_tools: z.boolean().default(true),
  operations: z.record(text, operationSchema).refine(given => Object.keys(given).length > 0),
})
export type CompositeSettings = z.output<typeof compositeSchema>

const isOrigin = (given: string): boolean =>
  /^https?:/.test(given) && URL.canParse(given) && new URL(given).origin === given

const gatewaySchema = z.strictObject({
  hosts: z.array(z.string().regex(/^[a-z0-9.-]+$|^\[[0-9a-f:]+\]$/)).default([]),
  origins: z
    .array(z.string().refine(isOrigin))
    .meta({ description: 'web origins such as ["https://agent.example.org"]' })
    .default([]),
  clients: z.int().min(1).max(10_000).default(64),
  idle_seconds: z.number().positive().max(604_800).default(1_800),
  request_bytes: z.int().min(1_024).max(67_108_864).default(16_777_216),
  /** What all messages may take that are being received, or held until they are answered. */
  held_bytes: z.int().min(4_096).max(1_073_741_824).default(67_108_864),
  processes: z.int().min(1).max(10_000).default(64),
  /** Whether the proxy's log tells of each call, and of what servers write to their standard error. */
  log_calls: z.boolean().default(false),
})
export type GatewaySettings = z.output<typeof gatewaySchema>

/** For `debug-server mcp-server` and the tool `manage_servers`. */
const managerSchema = z.strictObject({
  /** Where servers are looked for; empty: nowhere. */
  registry: z.string().default('https://registry.modelcontextprotocol.io'),
  registry_ca: z.string().default(''),
  /** Packages of npm whose own programs may run while they are installed. */
  allow_scripts: z.array(text).default([]),
})

export const mcpSchema = z.strictObject({
  gateway: gatewaySchema.prefault({}),
  manager: managerSchema.prefault({}),
  servers: z.record(serverName, serverSchema).default({}),
  composites: z.record(toolName, compositeSchema).default({}),
})
export type McpSettings = z.output<typeof mcpSchema>
