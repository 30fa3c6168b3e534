import type { Kysely } from 'kysely'

/** The boot of the machine in which the files of a worktree were written; null where that is not known. */
export async function up({ schema }: Kysely<unknown>): Promise<void> {
  await schema.alterTable('worktrees').addColumn('boot_id', 'text').execute()
}

export async function down({ schema }: Kysely<unknown>): Promise<void> {
  await schema.alterTable('worktrees').dropColumn('boot_id').execute()
}
