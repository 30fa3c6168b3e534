import { systemClock, toInstant } from '../../lib/clock.ts'
import { instanceId, type RunnerToken, type SessionId, type UserId } from '../../services/contract/ids.ts'
import { queueCommand } from '../../services/store/new-command.ts'
import { addRepository } from '../../services/store/repositories.ts'
import { recordFetch } from '../../services/store/repository-fetches.ts'
import { registerRunner } from '../../services/store/runners.ts'
import { moveSession } from '../../services/store/session-transitions.ts'
import { createSession } from '../../services/store/sessions.ts'
import type { Store } from '../../services/store/store.ts'
import { createUser } from '../../services/store/users.ts'

export type Filled = { token: RunnerToken; owner: UserId; sessions: SessionId[] }

const now = () => toInstant(systemClock.now())

/** Fills a store with sessions that run, and queued commands, in turn; `token` is that of a runner. */
export async function fillStore(store: Store, sessions: number, commands: number): Promise<Filled> {
  const { user } = await createUser(store, { name: 'bench', role: 'user', now: now() })
  const { repository } = await addRepository(store, {
    ...{ name: 'bench', url: '/nowhere', default_branch: 'main', now: now() },
  })
  await recordFetch(store, repository.id, 'main', { now: now(), did: 1, next: () => null })
  const ids: SessionId[] = []
  for (let i = 0; i < sessions; i++) {
    const id = await createSession(store, {
      ...{ repository: repository.id, owner: user.id, revision: null, patch_sha256: null },
      ...{ commands: [], ttl: 0, idle_timeout: 0, offline: false, most: sessions, now: now() },
    })
    if (id === undefined) throw new Error('the owner has as many sessions as they may have')
    for (const to of ['starting', 'running'] as const) await moveSession(store, id, to, { now: now() })
    ids.push(id)
  }
  for (let i = 0; i < commands; i++) {
    const session = ids[i % sessions]
    if (session === undefined) throw new Error('no session')
    await queueCommand(store, {
      ...{ session, command: 'true', directory: '.', environment: {}, timeout: null, after: [], now: now() },
    })
  }
  const token = await registerRunner(store, {
    ...{ instance_id: instanceId.create(), host: 'here', pid: 1, process_started: 'then' },
    ...{ process_scope: 'mark', term_ms: 60_000, now: now() },
  })
  return { token, owner: user.id, sessions: ids }
}
