import type { Kysely } from 'kysely'

/** A token may open some of the servers behind the MCP gateway alone. Null: any. */
export async function up({ schema }: Kysely<unknown>): Promise<void> {
  await schema.alterTable('tokens').addColumn('mcp_servers_json', 'text').execute()
}

export async function down({ schema }: Kysely<unknown>): Promise<void> {
  await schema.alterTable('tokens').dropColumn('mcp_servers_json').execute()
}
