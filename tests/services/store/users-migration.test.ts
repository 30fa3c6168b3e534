import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { changesAfter } from '../../../services/store/changes.ts'
import { migrate } from '../../../services/store/migrate.ts'
import { listSessions } from '../../../services/store/sessions.ts'
import { openStore } from '../../../services/store/store.ts'
import { createToken, listTokens } from '../../../services/store/tokens.ts'
import { disableUser } from '../../../services/store/user-access.ts'
import { findUser, listUsers } from '../../../services/store/users.ts'
import { now, storePath } from './store-rig.ts'

const before = '0020-submodules'

/** Runs SQL on the store while nobody has it open. */
function database<T>(path: string, work: (database: DatabaseSync) => T): T {
  const opened = new DatabaseSync(path)
  try {
    return work(opened)
  } finally {
    opened.close()
  }
}

/** The last character tells one token from another. */
const idOf = (kind: 'tok' | 'usr', number: number) => `${kind}_00000000000${number}`

/** A store as it was before there were users, with a session and a repository. */
async function oldStore(t: Parameters<typeof storePath>[0]): Promise<string> {
  const path = storePath(t)
  await migrate(path, { to: before })
  const token = (number: number, name: string, scopes: string, revoked: string) =>
    `insert into tokens (id, name, secret_sha256, scopes_json, created_at, revoked_at)
     values ('${idOf('tok', number)}', '${name}', 'sha${number}', '${scopes}', '2026-01-0${number}T00:00:00.000Z', ${revoked});`
  database(path, opened =>
    opened.exec(
      `${token(1, 'ci', '["cli"]', "'2026-01-05T00:00:00.000Z'")}
       ${token(2, 'ci', '["cli"]', 'null')}
       ${token(3, 'CI', '["mcp"]', 'null')}
       ${token(4, 'bootstrap', '["cli", "admin"]', 'null')}
       insert into repositories (id, name, url, status, created_at, used_at)
       values ('rep_000000000001', 'demo', '/srv/demo', 'ready', '2026-01-01', '2026-01-01');
       insert into sessions (id, repository_id, owner_token_id, status, created_at, last_active_at)
       values ('ses_000000000001', 'rep_000000000001', '${idOf('tok', 2)}', 'running', '2026-01-01', '2026-01-01');
       insert into environments (id, repository_id, owner_token_id, manager, key, status, created_at, used_at)
       values ('env_000000000001', 'rep_000000000001', '${idOf('tok', 2)}', 'npm', 'k', 'ready', '2026-01-01', '2026-01-01');
       insert into audit (at, actor_token_id, operation)
       values ('2026-01-01T00:00:00.000Z', '${idOf('tok', 2)}', 'sessions.create')`,
    ),
  )
  return path
}

const triggers = (path: string) =>
  database(path, opened =>
    opened
      .prepare("select name, sql from sqlite_master where type in ('trigger', 'index') order by name")
      .all()
      .map(({ name, sql }) => `${name} ${String(sql).replace(/\s+/g, ' ')}`),
  )

t.test('each token gets a user, and what it had is its user’s', async t => {
  const path = await oldStore(t)
  await migrate(path)
  await using store = await openStore(path)
  t.same(
    (await listUsers(store, { limit: 100 })).map(({ id, name, role, disabled_at }) => [
      id,
      name,
      role,
      disabled_at,
    ]),
    [
      [idOf('usr', 4), 'bootstrap', 'admin', null],
      [idOf('usr', 2), 'ci', 'user', null],
      [idOf('usr', 1), 'ci-000000000001', 'user', null],
      [idOf('usr', 3), 'CI-000000000003', 'user', null],
    ],
    'of one name, the oldest keeps it that is not revoked',
  )
  const [ci, other] = await Promise.all(['ci', 'ci-000000000003'].map(name => findUser(store, name)))
  if (ci === undefined || other === undefined) throw new Error('they are there')
  t.not(ci.secrets_key, other.secrets_key)
  t.match(
    (await listTokens(store)).map(({ id, user_id }) => [id, user_id]),
    [1, 2, 3, 4].map(number => [idOf('tok', number), idOf('usr', number)]),
  )
  const list = (owner: typeof ci.id) => listSessions(store, { visible: { owner }, limit: 10 })
  t.match(await list(ci.id), [{ id: 'ses_000000000001' }])
  t.same(await list(other.id), [])
  const told = async (owner: typeof ci.id) => {
    const read = await changesAfter(store, { after: 0, visible: { owner }, limit: 10 })
    return read.known ? read.changes : []
  }
  t.match(await told(ci.id), [{ kind: 'repository' }, { kind: 'session' }])
  t.match(await told(other.id), [{ kind: 'repository' }])
  t.match(await store.read(db => db.selectFrom('audit').selectAll().execute()), [
    { actor_id: ci.id, actor_token_id: idOf('tok', 2) },
  ])
  await store.write(db => db.updateTable('sessions').set({ status: 'stopped' }).execute())
  t.match((await told(ci.id)).at(-1), { kind: 'session', row: { status: 'stopped' } })
})

t.test('back: what a user has is their oldest token’s, and nothing opens that did not', async t => {
  const path = await oldStore(t)
  const then = triggers(path)
  await migrate(path)
  {
    await using store = await openStore(path)
    const wanted = { scopes: [], now: now(), expires_at: null }
    await createToken(store, { ...wanted, name: 'second', user: 'ci' })
    await createToken(store, { ...wanted, name: 'ci', user: 'bootstrap' })
    const disabled = await findUser(store, 'CI-000000000003')
    t.ok(disabled && (await disableUser(store, disabled.id, '2026-02-01T00:00:00.000Z')))
  }
  await migrate(path, { to: before })
  database(path, opened => {
    const owners = (table: string) => opened.prepare(`select owner_token_id as id from ${table}`).all()
    for (const table of ['sessions', 'environments']) t.match(owners(table), [{ id: idOf('tok', 2) }], table)
    const names = opened.prepare('select name, revoked_at from tokens order by created_at').all()
    t.match(names, [
      { name: 'ci', revoked_at: '2026-01-05T00:00:00.000Z' },
      { name: 'ci', revoked_at: null },
      { name: 'CI', revoked_at: '2026-02-01T00:00:00.000Z' },
      { name: 'bootstrap', revoked_at: null },
      { name: 'second', revoked_at: null },
      { name: /^ci-.{12}$/, revoked_at: null },
    ])
    t.same(opened.prepare('pragma foreign_key_check').all(), [])
  })
  t.same(triggers(path), then)
  t.same((await migrate(path))[0], '0021-users', 'and forth again')
})
