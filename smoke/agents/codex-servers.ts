import type { Table } from '../../config/tables-text.ts'
import { scopeVariable } from '../../lib/processes/process-scope.ts'

/** An MCP server that Codex starts and speaks to over stdio, or that it is to find over HTTP. */
export type McpServer =
  | {
      readonly command: string
      readonly args: readonly string[]
      readonly env?: Readonly<Record<string, string>>
    }
  | { readonly url: string; readonly bearer: string }

/**
 * `required`: without it the tools of a server that is slow to start are silently not there. "approve": else every tool
 * that does not call itself read-only is denied. Codex hands its MCP servers next to nothing of its environment, so the
 * mark of the process scope is named.
 */
export const serverTables = (servers: Readonly<Record<string, McpServer>>): Table =>
  Object.fromEntries(
    Object.entries(servers).map(([name, server]) => [
      name,
      {
        ...('url' in server
          ? { url: server.url, bearer_token_env_var: bearerVariable(name) }
          : {
              command: server.command,
              args: server.args,
              env: server.env ?? {},
              env_vars: [scopeVariable],
            }),
        required: true,
        default_tools_approval_mode: 'approve',
        startup_timeout_sec: 30,
        tool_timeout_sec: 60,
      },
    ]),
  )

/** The variable that the bearer for an MCP server is in. */
const bearerVariable = (name: string): string => `MCP_BEARER_${name.toUpperCase()}`

/** What Codex has to have in its environment for them. */
export const bearersOf = (servers: Readonly<Record<string, McpServer>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(servers).flatMap(([name, server]) =>
      'bearer' in server ? [[bearerVariable(name), server.bearer]] : [],
    ),
  )
