import t from 'tap'
import type { Scope } from '../../../services/contract/scopes.ts'
import { secretsMark } from '../../../services/store/session-secrets.ts'
import { createToken, getToken, revokeToken } from '../../../services/store/tokens.ts'
import { disableUser, enableUser } from '../../../services/store/user-access.ts'
import { createUser, findUser, listUsers } from '../../../services/store/users.ts'
import { now, storeRig } from './store-rig.ts'

t.test('a name belongs to one user, whatever its case', async t => {
  const { store } = await storeRig(t)
  const alice = await createUser(store, { name: 'Alice', role: 'user', now: now() })
  t.match(alice, { outcome: 'created', user: { name: 'Alice', role: 'user', disabled_at: null } })
  t.same(await createUser(store, { name: 'aLICE', role: 'admin', now: now() }), {
    ...alice,
    outcome: 'user_exists',
  })
  t.same(await findUser(store, 'ALICE'), alice.user)
  t.equal(await findUser(store, 'al'), undefined)
  const made = await Promise.all(
    Array.from({ length: 5 }, () => createUser(store, { name: 'bob', role: 'user', now: now() })),
  )
  t.equal(made.filter(({ outcome }) => outcome === 'created').length, 1, 'of several at once one is made')
  t.same(
    (await listUsers(store, { limit: 100 })).map(({ name }) => name),
    ['Alice', 'bob', 'owner'],
  )
})

t.test('a token brings its user along, or belongs to one who is there', async t => {
  const { store } = await storeRig(t)
  const make = (name: string, scopes: Scope[], user?: string) =>
    createToken(store, { name, scopes, user, now: now(), expires_at: null })
  const ops = await make('ops', ['admin'])
  const ci = await make('ci', ['cli'])
  t.match([ops, ci], [{ token: { user_role: 'admin' } }, { token: { user_role: 'user' } }])
  const second = await make('second', ['admin'], 'OPS')
  t.match(second, { outcome: 'created', token: { user_name: 'ops' } })
  t.match(await make('second', [], 'ops'), { outcome: 'token_exists', token: { user_name: 'ops' } })
  t.match(await make('second', [], 'ci'), { outcome: 'created' }, 'another user may call one so')
  t.match(await make('third', [], 'nobody'), { outcome: 'user_not_found' })
  t.equal(await findUser(store, 'nobody'), undefined)
  t.match(await make('third', ['cli', 'admin'], 'ci'), { outcome: 'scope_beyond_role', user: { name: 'ci' } })
  if (ci.outcome !== 'created') throw new Error(ci.outcome)
  await revokeToken(store, ci.token.id, now())
  const renewed = await make('ci', ['cli'])
  t.match(
    renewed,
    { outcome: 'created', token: { user_id: ci.token.user_id } },
    'a new one finds what was theirs',
  )
  await disableUser(store, ci.token.user_id, now())
  t.match(await make('fourth', [], 'ci'), { outcome: 'user_disabled', user: { name: 'ci' } })
  t.type((await getToken(store, ci.token.id))?.user_disabled_at, 'string')
})

t.test('who is disabled keeps the time, until they are enabled', async t => {
  const { store, owner } = await storeRig(t)
  const [first, second] = ['2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z']
  t.match(await disableUser(store, owner, first), { outcome: 'disabled', user: { disabled_at: first } })
  t.match(await disableUser(store, owner, second), { outcome: 'disabled', user: { disabled_at: first } })
  t.match(await enableUser(store, owner), { id: owner, disabled_at: null })
  t.match(await enableUser(store, owner), { id: owner, disabled_at: null })
})

t.test('somebody is left who may administer', async t => {
  const { store } = await storeRig(t)
  const admin = async (name: string, scopes: Scope[], expires_at: string | null = null) => {
    const made = await createToken(store, { name, scopes, user: name, now: now(), expires_at })
    if (made.outcome !== 'created') throw new Error(made.outcome)
    return made.token
  }
  for (const name of ['root', 'idle', 'late', 'narrow', 'spare'])
    await createUser(store, { name, role: 'admin', now: now() })
  const { user_id: root } = await admin('root', ['admin'])
  await admin('late', ['admin'], '2020-01-01T00:00:00.000Z')
  await admin('narrow', ['cli'])
  const spare = await admin('spare', ['admin'])
  await revokeToken(store, spare.id, now())
  t.same(
    await disableUser(store, root, now()),
    { outcome: 'last_admin' },
    'the others have no token for that',
  )
  t.match(await findUser(store, 'root'), { disabled_at: null })
  const { user_id: idle } = await admin('idle', ['cli', 'admin'])
  const both = await Promise.all([root, idle].map(id => disableUser(store, id, now())))
  t.same(both.map(({ outcome }) => outcome).sort(), ['disabled', 'last_admin'], 'not even both at once')
})

t.test("the mark of secrets is one user's", async t => {
  const rig = await storeRig(t)
  const other = await rig.user('other')
  const mark = async (secrets: Record<string, string>, owner = rig.owner) =>
    secretsMark(rig.store, await rig.session([], owner, null, { secrets }))
  const mine = await mark({ A: 'first', B: 'second' })
  t.match(mine, /^[0-9a-f]{64}$/)
  t.equal(await mark({ B: 'second', A: 'first' }), mine)
  t.not(await mark({ A: 'first', B: 'third' }), mine)
  t.not(await mark({ A: 'first', B: 'second' }, other), mine)
  t.equal(await mark({}), '')
})
