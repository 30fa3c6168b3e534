import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { systemClock, toInstant } from '../../../lib/clock.ts'
import type { CommandLine } from '../../../services/contract/fields.ts'
import {
  type CommandId,
  instanceId,
  type SessionId,
  type TokenId,
  type UserId,
} from '../../../services/contract/ids.ts'
import { queueCommand } from '../../../services/store/new-command.ts'
import { addRepository } from '../../../services/store/repositories.ts'
import { registerRunner } from '../../../services/store/runners.ts'
import { moveSession } from '../../../services/store/session-transitions.ts'
import { createSession, type NewSession } from '../../../services/store/sessions.ts'
import { openStore, type Store } from '../../../services/store/store.ts'
import { createToken } from '../../../services/store/tokens.ts'
import { createUser } from '../../../services/store/users.ts'
import { makeStore } from './make-store.ts'

export const now = () => toInstant(systemClock.now())

/** A directory that is gone when the test ends, and the path of a store in it that does not exist yet. */
export function storePath(t: Test): string {
  const root = mkdtempSync(join(tmpdir(), 'store-'))
  t.teardown(() => rmSync(root, { recursive: true, force: true }))
  return join(root, 'deep', 'store.db')
}

/** A runner that may hold leases; nobody has to be there. */
export const runner = (store: Store) =>
  registerRunner(store, {
    instance_id: instanceId.create(),
    host: 'here',
    pid: 1,
    process_started: 'then',
    process_scope: 'mark',
    term_ms: 1_000,
    now: now(),
  })

/** The session that was created; a refusal is none that a test expects here. */
function created(id: SessionId | undefined): SessionId {
  if (id === undefined) throw new Error('the owner has as many sessions as they may have')
  return id
}

/** A store with one user and one repository, and short ways to make the rest. */
export async function storeRig(t: Test) {
  const path = storePath(t)
  await makeStore(path)
  const store = await openStore(path)
  t.teardown(() => store[Symbol.asyncDispose]())
  const token = async (name: string): Promise<TokenId> => {
    const created = await createToken(store, { name, scopes: ['admin'], now: now(), expires_at: null })
    if (created.outcome !== 'created') throw new Error(created.outcome)
    return created.token.id
  }
  const user = async (name: string): Promise<UserId> =>
    (await createUser(store, { name, role: 'user', now: now() })).user.id
  const owner = await user('owner')
  const { repository } = await addRepository(store, {
    name: 'demo',
    url: '/srv/demo',
    default_branch: null,
    now: now(),
  })
  return {
    path,
    store,
    owner,
    repository,
    user,
    token,
    session: (
      commands: CommandLine[] = [],
      by: UserId = owner,
      patch_sha256: string | null = null,
      more: Partial<NewSession> = {},
    ) =>
      createSession(store, {
        repository: repository.id,
        owner: by,
        revision: null,
        patch_sha256,
        commands,
        ttl: 0,
        idle_timeout: 0,
        offline: false,
        most: 1_000,
        now: now(),
        ...more,
      }).then(created),
    async running(commands: CommandLine[] = [], more: Partial<NewSession> = {}): Promise<SessionId> {
      const id = await createSession(store, {
        ...{ repository: repository.id, owner, revision: null, patch_sha256: null, commands, now: now() },
        ...{ ttl: 0, idle_timeout: 0, offline: false, most: 1_000, ...more },
      }).then(created)
      await moveSession(store, id, 'starting', { now: now() })
      await moveSession(store, id, 'running', { now: now() })
      return id
    },
    async queue(session: SessionId, after: readonly CommandId[] = [], instant = now()): Promise<CommandId> {
      const wanted = {
        session,
        command: 'true',
        directory: '.',
        environment: {},
        timeout: null,
        after,
        now: instant,
      }
      const row = await queueCommand(store, wanted)
      if (row === undefined) throw new Error('refused')
      return row.id
    },
  }
}

export type StoreRig = Awaited<ReturnType<typeof storeRig>>
