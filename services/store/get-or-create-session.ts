import { note } from '../../lib/subject.ts'
import type { SessionId } from '../contract/ids.ts'
import { touch } from './activity.ts'
import { resume } from './resume-session.ts'
import { insertSession, type NewSession } from './sessions.ts'
import type { Store } from './store.ts'

export type Got =
  | { outcome: 'found' | 'resumed' | 'created'; id: SessionId }
  /** There is none that runs, and its owner has as many as they may have. */
  | { outcome: 'session_limit' }

/**
 * The latest session of the owner's that is like the wanted one in repository, revision, patch and label: one that runs or
 * is going to, or else a stopped one, which is resumed, or else a new one. All in one transaction, so that of callers who
 * race each gets the same session.
 */
export const getOrCreateSession = (store: Store, wanted: NewSession): Promise<Got> =>
  store.write(async transaction => {
    const alike = (...statuses: readonly ('pending' | 'starting' | 'running' | 'stopped')[]) =>
      transaction
        .selectFrom('sessions')
        .select(['id', 'last_active_at', 'idle_timeout_seconds'])
        .where('owner_id', '=', wanted.owner)
        .where('repository_id', '=', wanted.repository)
        .where('revision', 'is', wanted.revision)
        .where('patch_sha256', 'is', wanted.patch_sha256)
        .where('label', 'is', wanted.label ?? null)
        .where('status', 'in', statuses)
        .where('delete_requested', '=', 0)
        .orderBy('position', 'desc')
        .limit(1)
        .executeTakeFirst()
    const live = await alike('pending', 'starting', 'running')
    if (live !== undefined) {
      note({ session: live.id })
      await touch(transaction, live, wanted.now)
      return { outcome: 'found', id: live.id }
    }
    const stopped = await alike('stopped')
    if (stopped !== undefined) {
      note({ session: stopped.id })
      const { resumed } = await resume(transaction, stopped.id, wanted.most, wanted.now)
      return resumed ? { outcome: 'resumed', id: stopped.id } : { outcome: 'session_limit' }
    }
    const id = await insertSession(transaction, wanted)
    return id === undefined ? { outcome: 'session_limit' } : { outcome: 'created', id }
  })
