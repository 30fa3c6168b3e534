import type { Selectable } from 'kysely'
import type { CommandId, RepositoryId, SessionId, UserId } from '../contract/ids.ts'
import { compiledQuery } from './compiled-query.ts'
import type { Visibility } from './references.ts'
import type { SessionJoined } from './rows.ts'
import type { ChangeRow as ChangeTable, CommandRow, RepositoryRow } from './schema.ts'
import { selectJoined } from './sessions.ts'
import type { Store } from './store.ts'

type ChangeRow = Selectable<ChangeTable>

/**
 * What has changed after a position, each thing once, as it is now: a thing that has changed twice is told where it
 * changed last. So nothing is missed from any position on, and the table holds one row for each thing, and one for each
 * session that is gone until that is forgotten.
 */
export type Change = ChangePlace &
  (
    | Changed
    | { readonly kind: 'removed'; readonly session: SessionId }
    | { readonly kind: 'repository_removed'; readonly repository: RepositoryId }
  )

type Changed =
  | { readonly kind: 'session'; readonly row: SessionJoined }
  | { readonly kind: 'command'; readonly row: CommandRow }
  | { readonly kind: 'repository'; readonly row: RepositoryRow }

/** Where a change stands, and what decides who is told of it. */
export type ChangePlace = {
  readonly position: number
  /** The session that it belongs to, or is; null of a repository. */
  readonly session: SessionId | null
  /** Who may see it; null: everybody. */
  readonly owner: UserId | null
}

export type ChangeFilter = {
  readonly visible: Visibility
  /** Only this session and its commands. */
  readonly session?: SessionId | undefined
}

export type WantedChanges = ChangeFilter & { readonly after: number; readonly limit: number }

/** Whether a change is one of those that `changesAfter` finds. */
export const isWanted = ({ owner, session }: ChangePlace, wanted: ChangeFilter): boolean =>
  (wanted.visible === 'all' || owner === null || owner === wanted.visible.owner) &&
  (wanted.session === undefined || session === wanted.session)

export type ChangesRead =
  | {
      readonly known: true
      readonly changes: readonly Change[]
      /** Everything up to here is told. */
      readonly upTo: number
      readonly more: boolean
    }
  /** What has changed since cannot be told any more: forgotten, or the position is none of this store. */
  | { readonly known: false; readonly latest: number }

const latestQuery = compiledQuery<Record<never, never>, { position: number }>(database =>
  database.selectFrom('changes').select('position').orderBy('position', 'desc').limit(1),
)
const horizonQuery = compiledQuery<Record<never, never>, { position: number }>(database =>
  database.selectFrom('change_horizon').select('position'),
)

const horizonOf = async (store: Store): Promise<number> =>
  (await store.read(database => horizonQuery(database, {})))[0]?.position ?? 0

/** The position of the latest change of anything, which may be forgotten itself. */
export async function latestPosition(store: Store): Promise<number> {
  const [latest] = await store.read(database => latestQuery(database, {}))
  return Math.max(latest?.position ?? 0, await horizonOf(store))
}

/** How many changes of all are looked at for those of one owner or session before something else has its turn. */
const mostPassedOver = 100_000

export async function changesAfter(store: Store, wanted: WantedChanges): Promise<ChangesRead> {
  const latest = await latestPosition(store)
  const { after, limit, session, visible } = wanted
  // What others have changed is passed over one by one.
  const passesOver = session !== undefined || visible !== 'all'
  const upTo = passesOver ? Math.min(latest, after + mostPassedOver) : latest
  const rows = await store.read(database => {
    let query = database
      .selectFrom('changes')
      .selectAll()
      .where('position', '>', after)
      .where('position', '<=', upTo)
      .orderBy('position')
      .limit(limit)
    if (session !== undefined) query = query.where('session_id', '=', session)
    if (visible !== 'all')
      query = query.where(eb => eb.or([eb('owner_id', '=', visible.owner), eb('owner_id', 'is', null)]))
    return query.execute()
  })
  // Last: what was forgotten while the rows were read is missing among them.
  const horizon = await horizonOf(store)
  if (after < horizon || after > latest) return { known: false, latest: Math.max(latest, horizon) }
  const isFull = rows.length === limit
  return {
    known: true,
    changes: await loaded(store, rows),
    upTo: isFull ? (rows.at(-1)?.position ?? after) : upTo,
    more: isFull || upTo < latest,
  }
}

/** The things themselves. One that is gone by now is left out: that it is gone comes later. */
async function loaded(store: Store, rows: readonly ChangeRow[]): Promise<Change[]> {
  const idsOf = <Id extends string>(kind: ChangeRow['kind']) =>
    rows.filter(row => row.kind === kind).map(row => row.resource_id as Id)
  const [sessions, commands, repositories] = [
    idsOf<SessionId>('session'),
    idsOf<CommandId>('command'),
    idsOf<RepositoryId>('repository'),
  ]
  const [sessionRows, commandRows, repositoryRows] = await store.read(async database => [
    sessions.length === 0 ? [] : await selectJoined(database).where('sessions.id', 'in', sessions).execute(),
    commands.length === 0
      ? []
      : await database.selectFrom('commands').selectAll().where('id', 'in', commands).execute(),
    repositories.length === 0
      ? []
      : await database.selectFrom('repositories').selectAll().where('id', 'in', repositories).execute(),
  ])
  const found = new Map<string, Changed>()
  for (const row of sessionRows) found.set(row.id, { kind: 'session', row })
  for (const row of commandRows) found.set(row.id, { kind: 'command', row })
  for (const row of repositoryRows) found.set(row.id, { kind: 'repository', row })
  return rows.flatMap(({ kind, resource_id, session_id: session, owner_id: owner, position }): Change[] => {
    const place = { position, session, owner }
    if (kind === 'removed')
      return session === null
        ? [{ ...place, kind: 'repository_removed', repository: resource_id as RepositoryId }]
        : [{ ...place, kind, session }]
    const changed = found.get(resource_id)
    return changed === undefined ? [] : [{ ...place, ...changed }]
  })
}

/**
 * Forgets which sessions are gone, but for the latest `keep`, and the latest change of all: the next position is one more than
 * the highest. Who asks for what came before begins anew.
 */
export const forgetRemoved = (store: Store, keep: number): Promise<void> =>
  store.write(async transaction => {
    const first = await transaction
      .selectFrom('changes')
      .select('position')
      .where('kind', '=', 'removed')
      .orderBy('position', 'desc')
      .offset(keep)
      .limit(1)
      .executeTakeFirst()
    if (first === undefined) return
    await transaction
      .deleteFrom('changes')
      .where('kind', '=', 'removed')
      .where('position', '<=', first.position)
      .where('position', '<', eb =>
        eb.selectFrom('changes as latest').select(({ fn }) => fn.max('latest.position').as('last')),
      )
      .execute()
    await transaction.updateTable('change_horizon').set({ position: first.position }).execute()
  })
