import t, { type Test } from 'tap'
import { startFrontDoor } from './front-door.ts'
import { type Person, startRig } from './rig.ts'
import { MovableClock } from './sign-in/movable-clock.ts'
import { until } from './until.ts'

/** Where users are signed in, one by one. */

const password = 'correct-horse-7-battery'

async function rigOf(test: Test) {
  const clock = new MovableClock(Date.parse('2026-01-01T00:00:00Z'))
  const rig = await startRig(test, { clock })
  for (const user of ['alice', 'bob']) await rig.call('users.password', { user, password }, rig.admin)
  const login = async (name: string) => {
    const { access_token, refresh_token, sign_in } = await rig.call('auth.login', { name, password }, null)
    return { id: rig.alice.id, secret: `${access_token}`, refresh: `${refresh_token}`, sign_in }
  }
  const list = async (person: Person) => (await rig.call('sign_ins.list', {}, person)).items
  const statusOf = async ({ secret }: Person) => (await rig.send('/whoami', { token: secret })).status
  return { ...rig, rig, clock, login, list, statusOf }
}

t.test('each user sees where they are signed in, and ends any of it', async t => {
  const { rig, clock, login, list, statusOf } = await rigOf(t)
  const laptop = await login('alice')
  clock.pass(1_000)
  const phone = await login('alice')
  const bobs = await login('bob')
  t.match(await list(laptop), [
    { id: phone.sign_in.id, user: 'alice', current: false, address: '127.0.0.1', client: null },
    { id: laptop.sign_in.id, current: true, created_at: '2026-01-01T00:00:00.000Z' },
  ])
  t.ok(
    (await list(rig.alice)).every(({ current }) => !current),
    'a token is no sign-in',
  )
  t.same(
    (await list(bobs)).map(({ id }) => id),
    [bobs.sign_in.id],
  )
  t.equal((await list(rig.admin)).length, 3)
  const { items, next } = await rig.call('sign_ins.list', { limit: 1 })
  const rest = await rig.call('sign_ins.list', { cursor: next ?? '' })
  t.same(
    [...items, ...rest.items].map(({ id }) => id),
    [phone.sign_in.id, laptop.sign_in.id],
  )
  for (const person of [laptop, rig.alice])
    t.match(await rig.refused('sign_ins.end', { sign_in: bobs.sign_in.id }, person), {
      code: 'sign_in_not_found',
    })
  const followed = rig.send('/events', { token: phone.secret, headers: { accept: 'application/x-ndjson' } })
  await until(() => rig.api.live.readers === 1, 'changes are followed')
  const ended = await rig.call('sign_ins.end', { sign_in: phone.sign_in.id }, laptop)
  t.match(ended, { id: phone.sign_in.id, revoked_at: '2026-01-01T00:00:01.000Z' })
  t.match((await followed).text, /"type":"end","reason":"problem".*unauthenticated/)
  t.equal(await statusOf(phone), 401)
  t.match(await rig.refused('auth.refresh', { refresh_token: phone.refresh }, null), {
    code: 'sign_in_ended',
  })
  t.equal(await statusOf(laptop), 200)
  clock.pass(1_000)
  t.same(await rig.call('sign_ins.end', { sign_in: phone.sign_in.id }, laptop), ended, 'it keeps its time')
  t.same(
    (await list(laptop)).map(({ id }) => id),
    [laptop.sign_in.id],
  )
  await rig.call('sign_ins.end', { sign_in: laptop.sign_in.id }, laptop)
  t.equal(await statusOf(laptop), 401, 'one’s own as well')
  await rig.call('sign_ins.end', { sign_in: bobs.sign_in.id }, rig.admin)
  t.same(await list(rig.admin), [])
  const { items: told } = await rig.call('audit.list', { limit: 1 }, rig.admin)
  t.match(told, [{ operation: 'sign_ins.end', actor_name: 'root', user: String }])
})

t.test('a sign-in tells where it was last, and by what', async t => {
  const { rig, clock, login, list } = await rigOf(t)
  const { refresh } = await login('alice')
  const proxy = await startFrontDoor(t, rig, { trustedProxies: ['127.0.0.1'] })
  clock.pass(60_000)
  const answer = await fetch(`${proxy.url}/auth/refresh`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-forwarded-for': '203.0.113.9',
      'user-agent': 'x'.repeat(500),
    },
    body: JSON.stringify({ refresh_token: refresh }),
  })
  t.equal(answer.status, 200)
  t.match(await list(rig.alice), [
    {
      address: '203.0.113.9',
      client: 'x'.repeat(200),
      created_at: '2026-01-01T00:00:00.000Z',
      refreshed_at: '2026-01-01T00:01:00.000Z',
      expires_at: '2026-01-31T00:01:00.000Z',
    },
  ])
})
