import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { documentText } from '../../config/tables-text.ts'
import { type McpServer, serverTables } from './codex-servers.ts'
import { modelCatalog } from './model-catalog.ts'
import type { ScriptedModel } from './scripted-model.ts'

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
  { name, url }: Pick<ScriptedModel, 'url' | 'name'>,
  servers: Readonly<Record<string, McpServer>>,
): string =>
  documentText({
    model: name,
    model_provider: 'scripted',
    model_catalog_json: catalog,
    approval_policy: 'never',
    check_for_update_on_startup: false,
    analytics: { enabled: false },
    model_providers: {
      scripted: {
        name: 'scripted',
        base_url: url,
        wire_api: 'responses',
        env_key: keyVariable,
        request_max_retries: 0,
        stream_max_retries: 0,
        stream_idle_timeout_ms: 10_000,
      },
    },
    mcp_servers: serverTables(servers),
  })
