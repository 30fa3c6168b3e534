import { isAbsolute, resolve } from 'node:path'
import { z } from 'zod'
import { isTable } from '../../config/judge.ts'
import { parseToml } from '../../config/parse-toml.ts'
import { documentText, type Table } from '../../config/tables-text.ts'
import { UserError } from '../../lib/user-error.ts'
import { type McpServer, serverTables } from './codex-servers.ts'

/**
 * What of a person's `config.toml` a run takes over: which model leads Codex, and how that is reached. All else stays behind, whatever it
 * is called: MCP servers, programs that are started (`notify`, hooks), plugins, trusted projects, instructions, telemetry.
 */
const keptKeys = [
  'model',
  'model_provider',
  'model_catalog_json',
  'model_context_window',
  'model_auto_compact_token_limit',
  'model_reasoning_effort',
  'model_reasoning_summary',
  'model_supports_reasoning_summaries',
  'model_verbosity',
  'service_tier',
  'openai_base_url',
  'chatgpt_base_url',
  'forced_login_method',
  'forced_chatgpt_workspace_id',
]

/** Of a provider what names variables, or is a secret itself. */
const providerSchema = z.looseObject({
  env_key: z.string().optional(),
  env_http_headers: z.record(z.string(), z.string()).default({}),
  http_headers: z.record(z.string(), z.string()).default({}),
  query_params: z.record(z.string(), z.string()).default({}),
  experimental_bearer_token: z.string().optional(),
})

export type ModelConfiguration = {
  readonly table: Table
  /** The variables that hold what the model is to be reached with. */
  readonly variables: readonly string[]
  readonly secrets: readonly string[]
  /** Whether the model is one of a provider that the person has declared. */
  readonly hasProvider: boolean
}

/** `file` is where the text is from; what it says of other files is seen from there. */
export function modelConfiguration(text: string, file: string): ModelConfiguration {
  const parsed = parseToml(text)
  if (parsed.kind === 'fault')
    throw new UserError(
      `${file}${parsed.line === undefined ? '' : `:${parsed.line}`} ${parsed.text.split('\n')[0]}`,
      { fix: 'put it right, name another --codex-home, or use --model scripted' },
    )
  const { values } = parsed
  const kept: Record<string, unknown> = Object.fromEntries(
    keptKeys.flatMap(key => (Object.hasOwn(values, key) ? [[key, values[key]]] : [])),
  )
  const { model_provider: named, model_catalog_json: catalog } = kept
  if (typeof catalog === 'string' && !isAbsolute(catalog))
    kept.model_catalog_json = resolve(file, '..', catalog)
  const declared = isTable(values.model_providers) && typeof named === 'string' ? values.model_providers : {}
  const provider = typeof named === 'string' && Object.hasOwn(declared, named) ? declared[named] : undefined
  if (typeof named !== 'string' || provider === undefined)
    return { table: kept, variables: [], secrets: [], hasProvider: false }
  const read = providerSchema.safeParse(provider)
  if (!read.success)
    throw new UserError(`${file}: model_providers.${named} is not valid: ${z.prettifyError(read.error)}`, {
      fix: 'put it right, name another --codex-home, or use --model scripted',
    })
  const { env_key, env_http_headers, http_headers, query_params, experimental_bearer_token } = read.data
  return {
    table: { ...kept, model_providers: { [named]: provider } },
    variables: [...(env_key === undefined ? [] : [env_key]), ...Object.values(env_http_headers)],
    secrets: [
      ...(experimental_bearer_token === undefined ? [] : [experimental_bearer_token]),
      ...Object.values(http_headers),
      ...Object.values(query_params),
    ],
    hasProvider: true,
  }
}

/** A configuration with that model, these MCP servers and no other, that asks nobody and writes nothing. */
export const configurationWith = (model: Table, servers: Readonly<Record<string, McpServer>>): string =>
  documentText({
    ...model,
    approval_policy: 'never',
    sandbox_mode: 'read-only',
    web_search: 'disabled',
    check_for_update_on_startup: false,
    cli_auth_credentials_store: 'file',
    analytics: { enabled: false },
    history: { persistence: 'none' },
    mcp_servers: serverTables(servers),
  })
