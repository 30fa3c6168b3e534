import t from 'tap'
import { serverSchema } from '../../../config/schema.ts'
import { keepArtifact } from './keep-artifact.ts'
import { keepEnvironment } from './keep-environment.ts'
import { ndjson } from './log-readers.ts'
import { type Person, type Rig, requestFor, startRig } from './rig.ts'
import { until } from './until.ts'

/** Another token of a user who is there. */
async function tokenOf(rig: Rig, user: string, name: string): Promise<Person> {
  const { token, id } = await rig.call('tokens.create', { name, user, scopes: ['cli'] }, rig.admin)
  return { secret: token, id }
}

t.test('all tokens of a user see the same, and those of others nothing of it', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const phone = await tokenOf(rig, 'Alice', 'phone')
  t.match(await rig.call('server.whoami', {}, phone), {
    user: { name: 'alice', role: 'user' },
    token: { name: 'phone', user: 'alice' },
  })
  const { id: session, commands } = await rig.session(['ls'])
  const [command = ''] = commands
  const artifact = await keepArtifact(rig, session)
  await keepEnvironment(rig)
  const seen = async (person: Person) => ({
    sessions: (await rig.call('sessions.list', {}, person)).items.map(({ id }) => id),
    environments: (await rig.call('environments.list', {}, person)).items.length,
    events: (await rig.send('/events?after=0&once=true', { token: person })).text.match(/ses_\w{12}/)?.[0],
  })
  t.same(await seen(phone), { sessions: [session], environments: 1, events: session })
  t.same(await seen(rig.bob), { sessions: [], environments: 0, events: undefined })
  for (const [name, input] of [
    ['sessions.get', { session }],
    ['sessions.get', { session: '@last' }],
    ['sessions.logs', { session }],
    ['commands.get', { command }],
    ['artifacts.get', { artifact }],
  ] as const) {
    const ask = async (person: Person) => (await rig.send(...requestFor(name, input, person))).status
    t.equal(await ask(phone), 200, `${name} ${JSON.stringify(input)}`)
    t.equal(await ask(rig.bob), 404, `${name} ${JSON.stringify(input)}`)
  }
  t.match((await rig.call('environments.list', {}, rig.admin)).items, [{ owner: 'alice' }])
  const { id: later } = await rig.session([], phone)
  t.match(await rig.call('sessions.get', { session }, rig.admin), { owner: 'alice' })
  t.match(await rig.call('sessions.get', { session: '@last' }), { id: later }, 'the latest of the user')
})

t.test('what a user may have is counted over all their tokens', async t => {
  const rig = await startRig(t, { sessions: serverSchema.parse({ sessions: { per_owner: 1 } }).sessions })
  await rig.repository()
  const phone = await tokenOf(rig, 'alice', 'phone')
  await rig.session()
  t.match(await rig.refused('sessions.create', { repository: 'demo' }, phone), { code: 'session_limit' })
  await rig.session([], rig.bob)
})

t.test('a disabled user is refused at once, like a token that never was, and all else stays', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const phone = await tokenOf(rig, 'alice', 'phone')
  const { id: session } = await rig.session()
  const followed = Array.fromAsync(ndjson(rig, session, { follow: true }, phone))
  await until(() => rig.api.live.readers === 1, 'it is followed')
  const disabled = await rig.call('users.disable', { user: 'ALICE' }, rig.admin)
  t.match(disabled, { name: 'alice', disabled_at: String })
  t.match((await followed).at(-1), { type: 'end', reason: 'problem', problem: { code: 'unauthenticated' } })
  const answer = async (token: Person | string) => {
    const { status, text, headers } = await rig.send('/sessions', { token })
    return { status, text, challenge: headers['www-authenticate'] }
  }
  const unknown = await answer('dst_unknown')
  t.equal(unknown.status, 401)
  for (const person of [rig.alice, phone]) t.same(await answer(person), unknown)
  t.match(await rig.refused('tokens.create', { name: 'third', user: 'alice', scopes: [] }, rig.admin), {
    code: 'user_disabled',
  })
  t.match(await rig.call('sessions.get', { session }, rig.admin), { status: 'running' })
  t.same(await rig.call('users.disable', { user: 'alice' }, rig.admin), disabled, 'again, it keeps its time')
  t.match(await rig.call('users.enable', { user: 'alice' }, rig.admin), { disabled_at: null })
  t.match(await rig.call('sessions.get', { session }, phone), { id: session })
  const { items } = await rig.call('audit.list', { actor: 'root', limit: 3 }, rig.admin)
  const told = items.filter(({ operation }) => operation.startsWith('users.'))
  t.match(
    told.map(({ operation, user, actor_token_name }) => [operation, user, actor_token_name]),
    [
      ['users.enable', disabled.id, 'root'],
      ['users.disable', disabled.id, 'root'],
    ],
    'what changed nothing has no entry',
  )
})

t.test('the last administrator stays one', async t => {
  const rig = await startRig(t)
  t.match(await rig.refused('users.disable', { user: 'root' }, rig.admin), {
    code: 'last_admin',
    status: 409,
    detail: /^root is the last/,
  })
  const second = await rig.person('second', 'admin')
  await rig.call('users.disable', { user: 'root' }, rig.admin)
  t.match(await rig.refused('users.list', {}, rig.admin), { code: 'unauthenticated' })
  t.match(await rig.call('users.get', { user: 'root' }, second), { disabled_at: String })
})

t.test('users have one name and one role each', async t => {
  const rig = await startRig(t)
  t.match(await rig.call('users.create', { name: 'Build', role: 'service' }, rig.admin), {
    name: 'Build',
    role: 'service',
  })
  t.match(await rig.refused('users.create', { name: 'bUILD' }, rig.admin), {
    code: 'user_exists',
    detail: /called Build/,
  })
  const token = (input: Record<string, unknown>) => rig.refused('tokens.create', input, rig.admin)
  t.match(await token({ name: 'x', user: 'build', scopes: ['cli', 'admin'] }), {
    code: 'scope_beyond_role',
    detail: /Build has the role service/,
  })
  t.match(await token({ name: 'x', user: 'nobody', scopes: [] }), { code: 'user_not_found' })
  t.match(await rig.refused('users.get', { user: 'nobody' }, rig.admin), { code: 'user_not_found' })
  // A role that has become a smaller one: what the token says counts no more.
  const admin = await rig.person('demoted', 'admin', 'sessions:read')
  await rig.store.write(db =>
    db.updateTable('users').set({ role: 'user' }).where('name', '=', 'demoted').execute(),
  )
  t.match(await rig.refused('users.list', {}, admin), { code: 'insufficient_scope' })
  t.same((await rig.call('sessions.list', {}, admin)).items, [])
})
