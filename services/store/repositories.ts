import { sql } from 'kysely'
import { type RepositoryId, type RunnerToken, repositoryId } from '../contract/ids.ts'
import type { RepositoryFailure } from '../contract/repository-state.ts'
import type { RepositoryRow } from './schema.ts'
import type { Store } from './store.ts'

export type NewRepository = { name: string; url: string; default_branch: string | null; now: string }

export type AddedRepository =
  | { outcome: 'added' | 'unchanged'; repository: RepositoryRow }
  | { outcome: 'name_taken'; repository: RepositoryRow }

/** Registers a repository. The same name with the same address is the same repository. */
export function addRepository(store: Store, wanted: NewRepository): Promise<AddedRepository> {
  return store.write(async transaction => {
    const existing = await transaction
      .selectFrom('repositories')
      .selectAll()
      .where('name', '=', wanted.name)
      .executeTakeFirst()
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
    }
    await transaction.insertInto('repositories').values(repository).execute()
    return { outcome: 'added', repository }
  })
}

export const listRepositories = (store: Store): Promise<RepositoryRow[]> =>
  store.read(database => database.selectFrom('repositories').selectAll().orderBy('name').execute())

export const findRepository = (store: Store, name: string): Promise<RepositoryRow | undefined> =>
  store.read(database =>
    database.selectFrom('repositories').selectAll().where('name', '=', name).executeTakeFirst(),
  )

export const getRepository = (store: Store, id: RepositoryId): Promise<RepositoryRow> =>
  store.read(database =>
    database.selectFrom('repositories').selectAll().where('id', '=', id).executeTakeFirstOrThrow(),
  )

export const pendingRepositories = (store: Store): Promise<RepositoryRow[]> =>
  store.read(database =>
    database.selectFrom('repositories').selectAll().where('status', '=', 'pending').execute(),
  )

/** What a runner that is gone says is refused: its registration has been ended, and its successor has fetched since. */
const stillRegistered = (by: RunnerToken | undefined) =>
  by === undefined ? sql<boolean>`true` : sql<boolean>`exists (select 1 from runners where token = ${by})`

/** Records a fetch that succeeded. A default branch that was given when the repository was added stays. */
export async function recordFetch(
  store: Store,
  id: RepositoryId,
  fetched: { default_branch: string | null; now: string },
  by?: RunnerToken,
): Promise<void> {
  await store.write(transaction =>
    transaction
      .updateTable('repositories')
      .set(eb => ({
        status: 'ready',
        failure_json: null,
        fetched_at: fetched.now,
        default_branch: eb.fn.coalesce('default_branch', eb.val(fetched.default_branch)),
      }))
      .where('id', '=', id)
      .where(stillRegistered(by))
      .execute(),
  )
}

export async function recordFetchFailure(
  store: Store,
  id: RepositoryId,
  failure: RepositoryFailure,
  by?: RunnerToken,
): Promise<void> {
  await store.write(transaction =>
    transaction
      .updateTable('repositories')
      .set({ status: 'failed', failure_json: JSON.stringify(failure) })
      .where('id', '=', id)
      .where(stillRegistered(by))
      .execute(),
  )
}
