import t, { type Test } from 'tap'
import { normalCode } from '../../../services/store/invites.ts'
import { startRig } from './rig.ts'
import { MovableClock } from './sign-in/movable-clock.ts'

const password = 'correct-horse-7-battery'

async function rigOf(test: Test) {
  const clock = new MovableClock(Date.now())
  const rig = await startRig(test, { clock })
  const invite = async (input: Record<string, unknown> = {}) => {
    const [made] = await rig.call('invites.create', input, rig.admin)
    if (made === undefined) throw new Error('none was made')
    return made
  }
  const input = (name: string, code: string) => ({ invite: code, name, password })
  const register = (name: string, code: string) => rig.call('auth.register', input(name, code), null)
  const refused = (name: string, code: string) => rig.refused('auth.register', input(name, code), null)
  return { ...rig, rig, invite, register, refused, pass: clock.pass }
}

t.test('who has an invite becomes a user', async t => {
  const { rig, invite, register, refused } = await rigOf(t)
  const { code, id, hint } = await invite({ prefix: 'team', note: 'a colleague' })
  t.match(code, /^TEAM-[0-9A-HJKMNP-TV-Z]{8}$/)
  t.equal(hint, `${code.slice(0, 7)}…`)
  const { user, access_token } = await register('Maria', ` ${code.toLowerCase()} `)
  t.match(user, { name: 'Maria', role: 'user' })
  t.equal((await rig.send('/sessions', { token: access_token })).status, 200)
  t.match(await rig.call('auth.login', { name: 'maria', password }, null), { user: { id: user.id } })
  t.match((await rig.call('invites.list', {}, rig.admin)).items, [
    {
      id,
      hint,
      note: 'a colleague',
      status: 'used_up',
      uses: 1,
      used: 1,
      created_by: 'root',
      last_used_at: String,
    },
  ])
  t.match(await refused('other', code), { code: 'invite_invalid', detail: /used by all/ })
  const told = (await rig.call('audit.list', { limit: 5 }, rig.admin)).items
  t.match(
    told.map(({ operation, actor_name, user: subject, invite: used }) => [
      operation,
      actor_name,
      subject,
      used,
    ]),
    [
      ['auth.login', 'Maria', user.id, null],
      ['auth.register', 'Maria', user.id, id],
      ['invites.create', 'root', null, id],
    ],
  )
  const kept = JSON.stringify(
    await rig.store.read(database => database.selectFrom('invites').selectAll().execute()),
  )
  t.notMatch(`${kept}${rig.logged.join('')}`, code, 'the code is told once')
})

t.test('two who race for the last use: one becomes a user, and nothing is left of the others', async t => {
  const { rig, invite, register } = await rigOf(t)
  const { code } = await invite({ uses: 2 })
  const results = await Promise.allSettled(['a', 'b', 'c', 'd'].map(name => register(`racer-${name}`, code)))
  t.equal(results.filter(({ status }) => status === 'fulfilled').length, 2)
  const users = (await rig.call('users.list', {}, rig.admin)).items
  t.equal(users.filter(({ name }) => name.startsWith('racer-')).length, 2)
  t.match((await rig.call('invites.list', {}, rig.admin)).items, [{ used: 2, status: 'used_up' }])
})

t.test('a name that is taken costs no use', async t => {
  const { rig, invite, register, refused } = await rigOf(t)
  const { code } = await invite()
  t.match(await refused('ALICE', code), { code: 'user_exists' })
  const both = await Promise.allSettled([register('same', code), register('SAME', code)])
  t.equal(both.filter(({ status }) => status === 'fulfilled').length, 1)
  t.match((await rig.call('invites.list', {}, rig.admin)).items, [{ used: 1 }])
})

t.test('what has become of an invite is told to who has it', async t => {
  const { rig, invite, refused, pass } = await rigOf(t)
  const [short, revoked] = [await invite({ expires_in: 60 }), await invite({ uses: 9, prefix: 'x' })]
  t.match(await rig.call('invites.revoke', { invite: revoked.id.slice(0, 9) }, rig.admin), {
    status: 'revoked',
    used: 0,
  })
  t.match(await refused('a', revoked.code), { code: 'invite_invalid', detail: /revoked/ })
  pass(60_000)
  t.match(await refused('a', short.code), { code: 'invite_invalid', detail: /expired at/ })
  t.match(await refused('a', 'TEAM-00000000'), { code: 'invite_invalid', detail: /no such invite/ })
  t.match(await rig.refused('invites.revoke', { invite: 'inv_zzzz' }, rig.admin), {
    code: 'invite_not_found',
  })
  const statuses = async (status: string) =>
    (await rig.call('invites.list', { status }, rig.admin)).items.map(({ id }) => id)
  t.same(await statuses('expired'), [short.id])
  t.same(await statuses('revoked'), [revoked.id])
  t.same(await statuses('valid'), [])
  const made = await rig.call('invites.create', { count: 100 }, rig.admin)
  t.equal(new Set(made.map(({ code }) => code)).size, 100)
})

t.test('who guesses codes has to wait', async t => {
  const { refused } = await rigOf(t)
  for (let n = 0; n < 5; n++) t.match(await refused(`g-${n}`, `TEAM-0000000${n}`), { code: 'invite_invalid' })
  t.match(await refused('g-5', 'TEAM-00000005'), { code: 'too_many_attempts' })
})

t.test('a code is the same however it is typed', t => {
  for (const typed of ['team-7k3q9xw1', ' TEAM-7K3Q9XWI', 'Team-7k3q9xwl'])
    t.equal(normalCode(typed), 'TEAM-7K3Q9XW1', typed)
  t.equal(normalCode('IO-OOOOOOOO'), 'IO-00000000', 'but for what stands before')
  t.end()
})

t.test('an invite is good for as long as who has made it may administer', async t => {
  const { rig, refused, register } = await rigOf(t)
  const second = await rig.person('second', 'admin')
  const [made] = await rig.call('invites.create', { uses: 5 }, second)
  const code = `${made?.code}`
  const status = async () => (await rig.call('invites.list', {}, rig.admin)).items.map(one => one.status)
  await register('first-comer', code)
  await rig.call('users.disable', { user: 'second' }, rig.admin)
  t.match(await refused('late', code), { code: 'invite_invalid', detail: /revoked/ })
  t.same(await status(), ['revoked'])
  t.same((await rig.call('invites.list', { status: 'valid' }, rig.admin)).items, [])
  await rig.call('users.enable', { user: 'second' }, rig.admin)
  await rig.call('users.update', { user: 'second', role: 'user' }, rig.admin)
  t.match(await refused('late', code), { code: 'invite_invalid' })
  await rig.call('users.update', { user: 'second', role: 'admin' }, rig.admin)
  t.same(await status(), ['valid'])
  await register('late', code)
})
