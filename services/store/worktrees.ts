import type { ExpressionBuilder, Transaction } from 'kysely'
import {
  type RepositoryId,
  type RunnerToken,
  type SessionId,
  type UserId,
  type WorktreeId,
  worktreeId,
} from '../contract/ids.ts'
import { type WorktreeStatus, worktreeMayBecome } from '../contract/worktree-state.ts'
import { compiledQuery } from './compiled-query.ts'
import { isBefore, type Place } from './place.ts'
import type { Visibility } from './references.ts'
import { isRegistered } from './runners.ts'
import type { Schema, WorktreeRow } from './schema.ts'
import type { Store } from './store.ts'

/**
 * The pool of worktrees. A row is there before its directory is made and until that is gone, so that a directory without
 * a row is nobody's. It makes, moves and removes no directory: that is the runner's.
 */

export type LeasedWorktree = Pick<WorktreeRow, 'id' | 'commit_id'>

/**
 * Leases the warm worktree of a repository that is nearest to `commit` to a session that the runner `by` works on: one
 * that is at that commit, or else the one that was used last. Undefined where there is none.
 */
export const leaseWarmWorktree = (
  store: Store,
  { repository, session, commit, by, boot, now }: WorktreeWish & { commit: string },
): Promise<LeasedWorktree | undefined> =>
  store.write(async transaction => {
    const row = await transaction
      .selectFrom('worktrees')
      .select(['id', 'commit_id'])
      .where('repository_id', '=', repository)
      .where('status', '=', 'warm')
      .where('boot_id', '=', boot)
      .orderBy(eb => eb('commit_id', '=', commit), 'desc')
      .orderBy('last_used_at', 'desc')
      .orderBy('id')
      .limit(1)
      .executeTakeFirst()
    if (row === undefined || !(await isHeld(transaction, session, by))) return undefined
    return (await move(transaction, row.id, { from: 'warm', to: 'leased' }, { session, now }))
      ? row
      : undefined
  })

/** A new worktree in a session's hands. Undefined where the runner `by` has the session's lease no more. */
export const addWorktree = (
  store: Store,
  { repository, session, by, boot, now }: WorktreeWish,
): Promise<WorktreeId | undefined> =>
  store.write(async transaction => {
    if (!(await isHeld(transaction, session, by))) return undefined
    const id = worktreeId.create()
    await transaction
      .insertInto('worktrees')
      .values({
        id,
        repository_id: repository,
        status: 'leased',
        session_id: session,
        runner_token: null,
        commit_id: null,
        boot_id: boot,
        bytes: null,
        created_at: now,
        last_used_at: now,
      })
      .execute()
    return id
  })

/** `boot`: the present one. What was written in another may not be there as a whole. */
type WorktreeWish = {
  repository: RepositoryId
  session: SessionId
  by: RunnerToken
  boot: string
  now: string
}

/** Writes down which commit was checked out in a worktree that a session has. */
export const noteCheckout = (
  store: Store,
  id: WorktreeId,
  commit: string,
  by: RunnerToken,
): Promise<boolean> =>
  store.write(async transaction => {
    const { numUpdatedRows } = await transaction
      .updateTable('worktrees')
      .set({ commit_id: commit })
      .where('id', '=', id)
      .where(isLeasedTo(by))
      .executeTakeFirst()
    return numUpdatedRows > 0n
  })

export type WorktreeChanges = {
  /** Whose it becomes. */
  session?: SessionId
  bytes?: number
  /** In which boot of the machine its files have been written. */
  boot?: string
  /** The runner whose work this is: refused where it has no lease of it. Without: a wish of anybody, about what nobody has. */
  by?: RunnerToken
  now: string
}

/** `from`: what whoever asks takes it to be, which may have changed since they looked. */
export type WorktreeMove = { from: WorktreeStatus; to: WorktreeStatus }

/** The one place where a worktree's status changes. False where it is not `from` any more, or cannot become `to` from there. */
export const moveWorktree = (
  store: Store,
  id: WorktreeId,
  step: WorktreeMove,
  changes: WorktreeChanges,
): Promise<boolean> => store.write(transaction => move(transaction, id, step, changes))

async function move(
  transaction: Transaction<Schema>,
  id: WorktreeId,
  { from, to }: WorktreeMove,
  { session, bytes, boot, by, now }: WorktreeChanges,
): Promise<boolean> {
  if (!worktreeMayBecome(from, to)) return false
  const query = transaction
    .updateTable('worktrees')
    .set({
      status: to,
      session_id: session ?? null,
      runner_token: null,
      // A worktree that nobody took is as old as it was.
      ...(from === 'leased' || to === 'leased' ? { last_used_at: now } : {}),
      ...(bytes === undefined ? {} : { bytes }),
      ...(boot === undefined ? {} : { boot_id: boot }),
    })
    .where('id', '=', id)
    .where('status', '=', from)
    .where(by === undefined ? isNobodys : isLeasedTo(by))
  const { numUpdatedRows } = await query.executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Takes the lease of a worktree that is to be scrubbed or removed. True also where this runner has it already. */
export const claimWorktree = (
  store: Store,
  id: WorktreeId,
  status: 'scrubbing' | 'removing',
  by: RunnerToken,
): Promise<boolean> =>
  store.write(async transaction => {
    const { numUpdatedRows } = await transaction
      .updateTable('worktrees')
      .set({ runner_token: by })
      .where('id', '=', id)
      .where('status', '=', status)
      .where(eb => eb.or([eb('runner_token', 'is', null), eb('runner_token', '=', by)]))
      .where(isRegistered(by))
      .executeTakeFirst()
    return numUpdatedRows > 0n
  })

/** Forgets a worktree whose directory is gone, if the runner `by` has its lease. */
export const forgetWorktree = async (store: Store, id: WorktreeId, by: RunnerToken): Promise<void> => {
  await store.write(transaction =>
    transaction
      .deleteFrom('worktrees')
      .where('id', '=', id)
      .where('status', '=', 'removing')
      .where('runner_token', '=', by)
      .execute(),
  )
}

export const worktreeOf = (store: Store, session: SessionId): Promise<WorktreeRow | undefined> =>
  store.read(database =>
    database.selectFrom('worktrees').selectAll().where('session_id', '=', session).executeTakeFirst(),
  )

export const allWorktrees = (store: Store): Promise<WorktreeRow[]> =>
  store.read(database => database.selectFrom('worktrees').selectAll().orderBy('id').execute())

/** With the name of its repository, and whose session has it. */
export type WorktreeJoined = WorktreeRow & { repository_name: string; owner_id: UserId | null }

const selectJoined = (database: Pick<Transaction<Schema>, 'selectFrom'>) =>
  database
    .selectFrom('worktrees')
    .innerJoin('repositories', 'repositories.id', 'worktrees.repository_id')
    .leftJoin('sessions', 'sessions.id', 'worktrees.session_id')
    .selectAll('worktrees')
    .select(['repositories.name as repository_name', 'sessions.owner_id as owner_id'])

/** Those of the sessions that are visible, or all; the newest first, from behind one on. */
export const listWorktrees = (
  store: Store,
  wanted: {
    visible: Visibility
    status?: WorktreeStatus | undefined
    after?: Place | undefined
    limit: number
  },
): Promise<WorktreeJoined[]> =>
  store.read(database => {
    const { visible, status, after, limit } = wanted
    let query = selectJoined(database)
      .orderBy('worktrees.created_at', 'desc')
      .orderBy('worktrees.id', 'desc')
      .limit(limit)
    if (after !== undefined) query = query.where(isBefore('worktrees', after))
    if (status !== undefined) query = query.where('worktrees.status', '=', status)
    if (visible !== 'all') query = query.where('sessions.owner_id', '=', visible.owner)
    return query.execute()
  })

/** Has warm worktrees removed that no session has had since an instant, and tells which. */
export const reclaimWorktrees = (
  store: Store,
  wanted: { unusedSince: string; repository?: RepositoryId | undefined; now: string },
): Promise<WorktreeJoined[]> =>
  store.write(async transaction => {
    const { unusedSince, repository, now } = wanted
    let query = selectJoined(transaction)
      .orderBy('worktrees.last_used_at', 'desc')
      .orderBy('worktrees.id')
      .where('worktrees.status', '=', 'warm')
      .where('worktrees.last_used_at', '<=', unusedSince)
    if (repository !== undefined) query = query.where('worktrees.repository_id', '=', repository)
    const rows = await query.execute()
    for (const { id } of rows) await move(transaction, id, { from: 'warm', to: 'removing' }, { now })
    return rows.map(row => ({ ...row, status: 'removing' }))
  })

/** With whether its repository is to be removed: 1 or 0. */
export type PooledWorktree = WorktreeRow & { removal_requested: number }

/** Those that no session has, those used last first: what the pool is, and what is to be done about it. */
export const pooledWorktrees = (store: Store): Promise<PooledWorktree[]> =>
  store.read(database => pooledQuery(database, {}))

const pooledQuery = compiledQuery<Record<never, never>, PooledWorktree>(database =>
  database
    .selectFrom('worktrees')
    .innerJoin('repositories', 'repositories.id', 'worktrees.repository_id')
    .selectAll('worktrees')
    .select('repositories.removal_requested')
    .where('worktrees.status', 'in', ['scrubbing', 'warm', 'removing'])
    .orderBy('last_used_at', 'desc')
    .orderBy('worktrees.id'),
)

/** Whether the runner `by` has the lease of a session. */
async function isHeld(transaction: Transaction<Schema>, session: SessionId, by: RunnerToken) {
  const row = await transaction
    .selectFrom('sessions')
    .select('id')
    .where('id', '=', session)
    .where('runner_token', '=', by)
    .executeTakeFirst()
  return row !== undefined
}

/** That neither a session nor a runner has it. */
const isNobodys = (eb: ExpressionBuilder<Schema, 'worktrees'>) =>
  eb.and([eb('worktrees.session_id', 'is', null), eb('worktrees.runner_token', 'is', null)])

/** That the runner has its lease: the worktree's own, or that of the session that has it. */
const isLeasedTo = (by: RunnerToken) => (eb: ExpressionBuilder<Schema, 'worktrees'>) =>
  eb.or([
    eb('worktrees.runner_token', '=', by),
    eb(
      'worktrees.session_id',
      'in',
      eb.selectFrom('sessions').select('sessions.id').where('sessions.runner_token', '=', by),
    ),
  ])
