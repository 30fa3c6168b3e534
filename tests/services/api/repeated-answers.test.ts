import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { systemClock, toInstant } from '../../../lib/clock.ts'
import type { Scope } from '../../../services/contract/scopes.ts'
import { createToken } from '../../../services/store/tokens.ts'
import { problemOf, type Rig, startRig } from './rig.ts'
import { until } from './until.ts'

/** A rig with a session, and another connection to its store, as another process has one. */
async function rigOf(t: Test, options: Parameters<typeof startRig>[1] = {}) {
  const rig = await startRig(t, options)
  await rig.repository()
  const { id, commands } = await rig.session(['true', 'false'])
  const other = new DatabaseSync(join(rig.directory, 'store.db'), { timeout: 5_000 })
  t.teardown(() => other.close())
  // The use of a token is noted once in a while, which is a change.
  await rig.send(`/sessions/${id}`)
  await until(
    () => other.prepare('select 1 from tokens where last_used_at is not null').get() !== undefined,
    'its use is noted',
  )
  return { rig, other, id, commands }
}

/** How often the store is asked meanwhile. */
async function asked(rig: Rig, work: () => Promise<unknown>): Promise<number> {
  const { read, recall } = rig.store
  let count = 0
  rig.store.read = about => {
    count++
    return read(about)
  }
  rig.store.recall = (query, values) => {
    count++
    return recall(query, values)
  }
  try {
    await work()
  } finally {
    Object.assign(rig.store, { read, recall })
  }
  return count
}

t.test('what is asked for again is answered without asking the store, and alike', async t => {
  const { rig, id, commands } = await rigOf(t)
  for (const path of [
    `/sessions/${id}`,
    '/sessions',
    `/commands/${commands[0]}`,
    `/sessions/${id}/commands`,
  ]) {
    const first = await rig.send(path)
    t.equal(first.status, 200, path)
    const lines = rig.logged.length
    t.equal(
      await asked(rig, async () => {
        const again = await rig.send(path)
        t.equal(again.text, first.text)
        for (const name of ['etag', 'content-type', 'cache-control', 'ratelimit-policy'])
          t.equal(again.headers[name], first.headers[name], name)
        t.not(again.headers['x-request-id'], first.headers['x-request-id'])
        t.not(again.headers.ratelimit, first.headers.ratelimit, 'it counts')
      }),
      0,
      path,
    )
    const [before, after] = [rig.logged.at(lines - 1), rig.logged.at(lines)].map(line =>
      JSON.parse(`${line}`),
    )
    t.equal(after.session, before.session, 'the log tells of the same')
    t.equal(after.credential, rig.alice.id)
  }
})

t.test('a change of another process is in the next answer', async t => {
  const { rig, other, id } = await rigOf(t)
  for (let i = 0; i < 50; i++) {
    other.prepare('update sessions set label = ? where id = ?').run(`${i}`, id)
    await setImmediate()
    t.match(JSON.parse((await rig.send(`/sessions/${id}`)).text), { label: `${i}` })
    t.match(JSON.parse((await rig.send(`/sessions/${id}`)).text), { label: `${i}` })
  }
})

t.test('a change of its own is in the next answer', async t => {
  const { rig, id } = await rigOf(t)
  for (const ttl of [60, 120, 180]) {
    await rig.send(`/sessions/${id}`)
    await rig.call('sessions.update', { session: id, ttl })
    t.match(JSON.parse((await rig.send(`/sessions/${id}`)).text), { ttl })
  }
})

for (const [what, sql, code] of [
  ['a token that is revoked', "update tokens set revoked_at = 'now' where name = 'alice'", 'unauthenticated'],
  ['a user who is disabled', "update users set disabled_at = 'now' where name = 'alice'", 'unauthenticated'],
  [
    'a token that may less',
    "update tokens set scopes_json = '[]' where name = 'alice'",
    'insufficient_scope',
  ],
  [
    'a session of somebody else',
    "update sessions set owner_id = (select id from users where name = 'bob')",
    'session_not_found',
  ],
] as const)
  t.test(`${what} is told nothing any more`, async t => {
    const { rig, other, id } = await rigOf(t)
    t.equal((await rig.send(`/sessions/${id}`)).status, 200)
    t.equal((await rig.send(`/sessions/${id}`)).status, 200)
    other.exec(sql)
    t.equal(problemOf(t, await rig.send(`/sessions/${id}`)).code, code)
  })

t.test('a token that has expired is told nothing any more, though nothing was written', async t => {
  let now = Date.now()
  const { rig, id } = await rigOf(t, { clock: { now: () => now } })
  const created = await createToken(rig.store, {
    ...{ name: 'short', user: 'alice', scopes: ['cli'] satisfies Scope[] },
    ...{ now: toInstant(now), expires_at: toInstant(now + 10_000) },
  })
  if (created.outcome !== 'created') throw new Error(created.outcome)
  const token = created.secret
  t.equal((await rig.send(`/sessions/${id}`, { token })).status, 200)
  t.equal((await rig.send(`/sessions/${id}`, { token })).status, 200)
  now += 10_000
  t.equal(problemOf(t, await rig.send(`/sessions/${id}`, { token })).code, 'token_expired')
})

t.test('what was told to one is told to nobody else', async t => {
  const { rig, id } = await rigOf(t)
  for (let i = 0; i < 2; i++) {
    t.equal((await rig.send(`/sessions/${id}`)).status, 200)
    t.equal(problemOf(t, await rig.send(`/sessions/${id}`, { token: rig.bob })).code, 'session_not_found')
    t.equal(problemOf(t, await rig.send(`/sessions/${id}`, { token: null })).code, 'unauthenticated')
    t.equal((await rig.send(`/sessions/${id}`, { token: rig.admin })).status, 200)
  }
})

t.test('who wants to wait waits, whatever was told before', async t => {
  const { rig, commands } = await rigOf(t)
  const [first] = commands
  const told = await rig.send(`/commands/${first}`)
  t.match(JSON.parse(told.text), { status: 'queued' })
  const began = systemClock.now()
  const waited = await rig.send(`/commands/${first}?wait=1`)
  t.ok(systemClock.now() - began >= 900)
  t.equal(waited.status, 200)
  t.equal((await rig.send(`/commands/${first}?wait=0`)).text, told.text)
})

t.test('a refusal is no answer that is kept', async t => {
  const { rig, other, id } = await rigOf(t)
  other.exec("update sessions set owner_id = (select id from users where name = 'bob')")
  t.equal((await rig.send(`/sessions/${id}`)).status, 404)
  t.ok((await asked(rig, () => rig.send(`/sessions/${id}`))) > 0)
})
