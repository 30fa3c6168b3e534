import type { Transaction } from 'kysely'
import { note } from '../../lib/subject.ts'
import { type RepositoryId, type RunnerToken, repositoryId } from '../contract/ids.ts'
import { compiledQuery } from './compiled-query.ts'
import type { RepositoryRow, Schema } from './schema.ts'
import type { Store } from './store.ts'

export type NewRepository = { name: string; url: string; default_branch: string | null; now: string }

export type AddedRepository =
  | { outcome: 'added' | 'unchanged'; repository: RepositoryRow }
  | { outcome: 'name_taken' | 'being_removed'; repository: RepositoryRow }

/** Registers a repository. The same name with the same address is the same repository. */
export function addRepository(store: Store, wanted: NewRepository): Promise<AddedRepository> {
  return store.write(async transaction => {
    const existing = await transaction
      .selectFrom('repositories')
      .selectAll()
      .where('name', '=', wanted.name)
      .executeTakeFirst()
    if (existing?.removal_requested === 1) return { outcome: 'being_removed', repository: existing }
    if (existing !== undefined)
      return { outcome: existing.url === wanted.url ? 'unchanged' : 'name_taken', repository: existing }
    const repository: RepositoryRow = {
      id: repositoryId.create(),
      name: wanted.name,
      url: wanted.url,
      default_branch: wanted.default_branch,
      status: 'pending',
      failure_json: null,
      runner_token: null,
      created_at: wanted.now,
      fetched_at: null,
      failed_at: null,
      failures: 0,
      next_fetch_at: null,
      used_at: wanted.now,
      fetches_wanted: 0,
      fetches_done: 0,
      removal_requested: 0,
    }
    await transaction.insertInto('repositories').values(repository).execute()
    note({ repository: repository.id })
    return { outcome: 'added', repository }
  })
}

/** All but those that are being removed, by name, from behind one on. */
export const listRepositories = (
  store: Store,
  { after, limit }: { after?: string | undefined; limit: number },
): Promise<RepositoryRow[]> =>
  store.read(database => {
    const query = database
      .selectFrom('repositories')
      .selectAll()
      .where('removal_requested', '=', 0)
      .orderBy('name')
      .limit(limit)
    return (after === undefined ? query : query.where('name', '>', after)).execute()
  })

/** Undefined also while it is being removed. */
export const findRepository = (store: Store, name: string): Promise<RepositoryRow | undefined> =>
  store.read(database =>
    database
      .selectFrom('repositories')
      .selectAll()
      .where('name', '=', name)
      .where('removal_requested', '=', 0)
      .executeTakeFirst(),
  )

/** Undefined where it has been removed. */
export const lookUpRepository = (store: Store, id: RepositoryId): Promise<RepositoryRow | undefined> =>
  store.read(database =>
    database.selectFrom('repositories').selectAll().where('id', '=', id).executeTakeFirst(),
  )

/** Whether somebody has registered what lies at an address. */
export const isRegisteredAddress = (store: Store, url: string): Promise<boolean> =>
  store.read(async database => {
    const row = await database
      .selectFrom('repositories')
      .select('id')
      .where('url', '=', url)
      .where('removal_requested', '=', 0)
      .limit(1)
      .executeTakeFirst()
    return row !== undefined
  })

export const getRepository = (store: Store, id: RepositoryId): Promise<RepositoryRow> =>
  store.read(database =>
    database.selectFrom('repositories').selectAll().where('id', '=', id).executeTakeFirstOrThrow(),
  )

/** Asks for its removal, unless there are sessions of it: then their number is told. */
export const requestRepositoryRemoval = (store: Store, id: RepositoryId): Promise<number> =>
  store.write(async transaction => {
    const sessions = await sessionsOf(transaction, id)
    if (sessions === 0)
      await transaction
        .updateTable('repositories')
        .set({ removal_requested: 1 })
        .where('id', '=', id)
        .execute()
    return sessions
  })

const toRemoveQuery = compiledQuery<Record<never, never>, RepositoryRow>(database =>
  database
    .selectFrom('repositories')
    .selectAll()
    .where('removal_requested', '=', 1)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('worktrees')
            .select('worktrees.id')
            .whereRef('worktrees.repository_id', '=', 'repositories.id'),
        ),
      ),
    ),
)

/** Those whose removal was asked for, and whose pool of worktrees is empty: these borrow the mirror's objects. */
export const repositoriesToRemove = (store: Store): Promise<RepositoryRow[]> =>
  store.read(database => toRemoveQuery(database, {}))

/**
 * Removes a repository whose mirror is gone, if the runner `by` has its lease. One that a session was created on just
 * before its removal was asked for stays: its mirror is to be made anew.
 */
export const removeRepository = (store: Store, id: RepositoryId, by: RunnerToken): Promise<void> =>
  store.write(async transaction => {
    if ((await sessionsOf(transaction, id)) === 0)
      await transaction
        .deleteFrom('repositories')
        .where('id', '=', id)
        .where('runner_token', '=', by)
        .execute()
    else
      await transaction
        .updateTable('repositories')
        .set({ removal_requested: 0, status: 'pending' })
        .where('id', '=', id)
        .where('runner_token', '=', by)
        .execute()
  })

async function sessionsOf(database: Pick<Transaction<Schema>, 'selectFrom'>, id: RepositoryId) {
  const { count } = await database
    .selectFrom('sessions')
    .select(eb => eb.fn.countAll<number>().as('count'))
    .where('repository_id', '=', id)
    .executeTakeFirstOrThrow()
  return count
}
