import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { scopeVariable } from '../../lib/processes/process-scope.ts'
import { modelCatalog } from './model-catalog.ts'
import type { ScriptedModel } from './scripted-model.ts'

/** An MCP server that Codex starts and speaks to over stdio, or that it is to find over HTTP. */
export type McpServer =
  | {
      readonly command: string
      readonly args: readonly string[]
      readonly env?: Readonly<Record<string, string>>
    }
  | { readonly url: string; readonly bearer: string }

/** The variable that the model's key is in. */
export const keyVariable = 'SCRIPTED_MODEL_KEY'

/** Makes a directory that Codex takes as CODEX_HOME: it knows one model and these MCP servers, and asks nobody. */
export async function makeCodexHome(
  directory: string,
  model: Pick<ScriptedModel, 'url' | 'name'>,
  servers: Readonly<Record<string, McpServer>>,
): Promise<void> {
  await mkdir(directory, { recursive: true })
  const catalog = join(directory, 'catalog.json')
  await writeFile(catalog, JSON.stringify(modelCatalog(model.name)))
  await writeFile(join(directory, 'config.toml'), configuration(catalog, model, servers))
}

const configuration = (
  catalog: string,
  model: Pick<ScriptedModel, 'url' | 'name'>,
  servers: Readonly<Record<string, McpServer>>,
): string => `\
model = ${quote(model.name)}
model_provider = "scripted"
model_catalog_json = ${quote(catalog)}
approval_policy = "never"
check_for_update_on_startup = false

[analytics]
enabled = false

[model_providers.scripted]
name = "scripted"
base_url = ${quote(model.url)}
wire_api = "responses"
env_key = ${quote(keyVariable)}
request_max_retries = 0
stream_max_retries = 0
stream_idle_timeout_ms = 10000
${Object.entries(servers).map(serverTable).join('')}`

/**
 * `required`: without it the tools of a server that is slow to start are silently not there. "approve": else every tool
 * that does not call itself read-only is denied. Codex hands its MCP servers next to nothing of its environment, so the
 * mark of the process scope is named.
 */
const serverTable = ([name, server]: [string, McpServer]): string => `
[mcp_servers.${name}]
${'url' in server ? overHttp(name, server.url) : overStdio(server)}
required = true
default_tools_approval_mode = "approve"
startup_timeout_sec = 30
tool_timeout_sec = 60
`

const overStdio = ({ command, args, env = {} }: Extract<McpServer, { command: string }>): string => `\
command = ${quote(command)}
args = [${args.map(quote).join(', ')}]
env = { ${Object.entries(env)
  .map(([key, value]) => `${key} = ${quote(value)}`)
  .join(', ')} }
env_vars = [${quote(scopeVariable)}]`

const overHttp = (name: string, url: string): string => `\
url = ${quote(url)}
bearer_token_env_var = ${quote(bearerVariable(name))}`

/** The variable that the bearer for an MCP server is in. */
export const bearerVariable = (name: string): string => `MCP_BEARER_${name.toUpperCase()}`

/** A string of TOML: what JSON escapes, TOML's basic strings escape in the same way, but for DEL. */
const quote = (value: string): string => JSON.stringify(value).replaceAll('\u007f', '\\u007f')
