import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { text } from 'node:stream/consumers'
import { setImmediate } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { systemClock, toInstant } from '../../../lib/clock.ts'
import type { Scope } from '../../../services/contract/scopes.ts'
import { createToken } from '../../../services/store/tokens.ts'
import { connected } from './raw-request.ts'
import { type Answer, problemOf, type Rig, startRig } from './rig.ts'
import { MovableClock } from './sign-in/movable-clock.ts'
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

t.test(
  'a change that came before the end of a request is in its answer, whatever came in with its beginning',
  async t => {
    const { rig, other, id } = await rigOf(t)
    const { version } = rig.store
    t.teardown(() => Object.assign(rig.store, { version }))
    const head = `GET /sessions/${id} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${rig.alice.secret}\r\n`
    const [first, second] = [await connected(rig), await connected(rig)]
    await rig.send(`/sessions/${id}`)
    rig.store.version = () => {
      const seen = version()
      rig.store.version = version
      other.prepare('update sessions set label = ? where id = ?').run('new', id)
      second.write('connection: close\r\n\r\n')
      return seen
    }
    const answers = Promise.all([text(first), text(second)])
    first.write(`${head}connection: close\r\n\r\n`)
    second.write(head)
    const [, answer] = await answers
    t.match(answer, /^HTTP\/1.1 200 /)
    t.match(answer, '"label":"new"')
  },
)

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

t.test('an access token that has expired is told nothing any more', async t => {
  const clock = new MovableClock(Date.now())
  const { rig, id } = await rigOf(t, { clock })
  const login = { name: 'alice', password: 'correct-horse-7-battery' }
  await rig.call('users.password', { user: login.name, password: login.password }, rig.admin)
  const { access_token: token } = await rig.call('auth.login', login, null)
  for (let i = 0; i < 2; i++) t.equal((await rig.send(`/sessions/${id}`, { token })).status, 200)
  clock.pass(900_000)
  t.equal(problemOf(t, await rig.send(`/sessions/${id}`, { token })).code, 'token_expired')
})

t.test('what was read before a change is not kept after it', async t => {
  const { rig, other, id, commands } = await rigOf(t)
  const { recall } = rig.store
  t.teardown(() => Object.assign(rig.store, { recall }))
  rig.store.recall = async (query, values) => {
    const rows = await recall(query, values)
    if (!('id' in values) || values.id !== id) return rows
    rig.store.recall = recall
    other.prepare('update sessions set label = ? where id = ?').run('new', id)
    await rig.send(`/commands/${commands[0]}`)
    return rows
  }
  const path = `/api/sessions/${id}` // which has not been asked for before
  t.match(JSON.parse((await rig.send(path)).text), { label: null })
  t.match(JSON.parse((await rig.send(path)).text), { label: 'new' })
})

t.test('a version that is none is refused, whatever was told before', async t => {
  const { rig, id } = await rigOf(t)
  const headers = { 'if-match': 'none' }
  t.equal((await rig.send(`/sessions/${id}`)).status, 200)
  t.equal(problemOf(t, await rig.send(`/sessions/${id}`, { headers })).code, 'invalid_input')
})

t.test('the head alone is that of the whole, whichever came first', async t => {
  const { rig, id, commands } = await rigOf(t)
  const of = async (path: string, methods: string[]) => {
    const answers: Answer[] = []
    for (const method of methods) answers.push(await rig.send(path, { method }))
    return answers.map(({ status, headers, text }) => ({
      ...{ status, text: text.length },
      ...{ etag: headers.etag, type: headers['content-type'], length: headers['content-length'] },
    }))
  }
  const [head, get, ...more] = await of(`/sessions/${id}`, ['HEAD', 'GET', 'HEAD', 'GET'])
  t.equal(head?.text, 0)
  t.same({ ...head, text: get?.text }, get)
  t.same(more, [head, get])
  const [whole, alone] = await of(`/commands/${commands[0]}`, ['GET', 'HEAD'])
  t.same({ ...whole, text: 0 }, alone)
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

for (const name of ['wait', '%77ait'])
  t.test(`who wants to wait waits, whatever was told before: ${name}`, async t => {
    const { rig, commands } = await rigOf(t)
    const [first] = commands
    const told = await rig.send(`/commands/${first}`)
    t.match(JSON.parse(told.text), { status: 'queued' })
    for (let i = 0; i < 2; i++) {
      const began = systemClock.now()
      const waited = await rig.send(`/commands/${first}?${name}=1`)
      t.ok(systemClock.now() - began >= 900)
      t.equal(waited.status, 200)
    }
    t.equal((await rig.send(`/commands/${first}?${name}=0`)).text, told.text)
  })

t.test('a refusal is no answer that is kept', async t => {
  const { rig, other, id } = await rigOf(t)
  other.exec("update sessions set owner_id = (select id from users where name = 'bob')")
  t.equal((await rig.send(`/sessions/${id}`)).status, 404)
  t.ok((await asked(rig, () => rig.send(`/sessions/${id}`))) > 0)
})

t.test('what is kept takes a bounded amount of memory, long addresses and headers included', async t => {
  const { rig, id } = await rigOf(t)
  const path = `/sessions/${id}`
  await rig.send(path)
  t.equal(await asked(rig, () => rig.send(path)), 0)
  for (let i = 0; i < 300; i++) {
    const authorization = `Bearer ${' '.repeat(30_000 - i)}${rig.alice.secret}`
    t.equal((await rig.send(path, { token: null, headers: { authorization } })).status, 200)
  }
  t.ok((await asked(rig, () => rig.send(path))) > 0)
})
