import t from 'tap'
import { createClient } from '../../../client/sdk/client.ts'
import { serverSchema } from '../../../config/schema.ts'
import { readIfMatch, versionMismatch, versionOf } from '../../../services/api/version.ts'
import { isUpdate, tellsVersion } from '../../../services/contract/versions.ts'
import { problemOf, type Rig, startRig } from './rig.ts'

const update = (rig: Rig, session: string, ttl: number, ifMatch?: string) =>
  rig.send(`/sessions/${session}`, {
    method: 'PATCH',
    body: { ttl },
    headers: ifMatch === undefined ? {} : { 'if-match': ifMatch },
  })

const read = async (rig: Rig, session: string) => {
  const { headers, text } = await rig.send(`/sessions/${session}`)
  return { etag: `${headers.etag}`, session: JSON.parse(text) }
}

t.test('an update is done to the version that it is for, and to no other', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id } = await rig.session()
  const before = await read(rig, id)
  t.match(before.etag, /^"[\w-]{22}"$/)
  t.equal((await read(rig, id)).etag, before.etag, 'what is the same has the same version')

  const first = await update(rig, id, 100, before.etag)
  t.equal(first.status, 200, first.text)
  t.not(first.headers.etag, before.etag)
  const after = await read(rig, id)
  t.equal(first.headers.etag, after.etag, 'an update answers with the version that it has made')
  t.same(JSON.parse(first.text), after.session)

  const second = await update(rig, id, 200, before.etag)
  const problem = problemOf(t, second)
  t.equal(problem.code, 'version_mismatch')
  t.match(problem.detail, before.etag)
  t.match(problem.detail, after.etag)
  t.equal(second.headers.etag, after.etag)
  t.same(await read(rig, id), after, 'nothing was changed')

  t.equal((await update(rig, id, 300, `"other", ${after.etag}`)).status, 200, 'one of several')
  t.equal((await update(rig, id, 400, '*')).status, 200, 'whichever it is')
  t.equal((await update(rig, id, 500)).status, 200, 'without, the last one wins')
  t.match(await rig.call('sessions.get', { session: id }), { ttl: 500 })
  t.equal((await update(rig, 'ses_000000000000', 1, '*')).status, 404)
})

t.test('of several that update one version at once, one does', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id } = await rig.session()
  const { etag } = await read(rig, id)
  const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => update(rig, id, n + 1, etag)))
  t.same(answers.map(({ status }) => status).sort(), [200, ...Array(7).fill(412)])
})

t.test('a condition that cannot be read, or that nobody would look at, is refused', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id } = await rig.session()
  for (const ifMatch of ['abc', '"abc', '"a" "b"', '', 'W/abc', '*, "a"'])
    t.match(problemOf(t, await update(rig, id, 7, ifMatch)), {
      code: 'invalid_input',
      errors: [{ path: 'If-Match' }],
    })
  const others = [
    { method: 'DELETE', path: `/sessions/${id}` },
    { method: 'POST', path: `/sessions/${id}/stop` },
  ]
  for (const { method, path } of others) {
    const answer = await rig.send(path, { method, headers: { 'if-match': '"abc"' } })
    t.match(problemOf(t, answer), { code: 'invalid_input', errors: [{ path: 'If-Match' }] })
  }
  t.match(await rig.call('sessions.get', { session: id }), { status: 'running', ttl: 0 })
})

t.test('an update changes how long a session may live, from now on and within what is allowed', async t => {
  let later = 0
  const { sessions } = serverSchema.parse({ sessions: { max_ttl_seconds: 3_600 } })
  const rig = await startRig(t, { sessions, clock: { now: () => Date.now() + later } })
  await rig.repository()
  const { id } = await rig.session()
  const before = await rig.call('sessions.get', { session: id })
  later = 60_000
  const after = await rig.call('sessions.update', { session: id, ttl: 100 })
  t.match(after, { ttl: 100, idle_timeout: before.idle_timeout })
  t.equal(Date.parse(`${after.expires_at}`) - Date.parse(after.last_active_at), 100_000)
  t.ok(Date.parse(after.last_active_at) - Date.parse(before.last_active_at) >= 60_000, 'it is in use')
  t.match(await rig.call('sessions.update', { session: id, idle_timeout: 5 }), {
    ttl: 100,
    expires_at: after.expires_at,
    idle_timeout: 5,
  })
  for (const ttl of [0, 3_601])
    t.match(await rig.refused('sessions.update', { session: id, ttl }), {
      code: 'invalid_input',
      errors: [{ path: 'ttl', message: /3600/ }],
    })
  t.match(await rig.refused('sessions.update', { session: id }), {
    errors: [{ path: 'label', message: /give/ }],
  })
  t.match(await rig.refused('sessions.update', { session: id, ttl: 1 }, rig.bob), {
    code: 'session_not_found',
  })
})

t.test('an update changes what a session is called, and what is not named stays', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id } = await rig.session()
  const before = await read(rig, id)
  const called = await rig.call('sessions.update', { session: id, label: 'fix-the-parser' })
  t.match(called, { label: 'fix-the-parser', ttl: before.session.ttl, expires_at: null })
  t.not((await read(rig, id)).etag, before.etag, 'it is another version')
  t.match(await rig.call('sessions.list', { label: 'fix-the-parser' }), { items: [{ id }] })
  t.match(await rig.call('sessions.update', { session: id, ttl: 60 }), { label: 'fix-the-parser' })
  const stale = await rig.send(`/sessions/${id}`, {
    ...{ method: 'PATCH', body: { label: 'late' }, headers: { 'if-match': before.etag } },
  })
  t.match(problemOf(t, stale), { code: 'version_mismatch' })
  t.match(await rig.call('sessions.update', { session: id, label: '' }), { label: null })
  t.match(await rig.call('sessions.list', { label: 'late' }), { items: [] })
})

t.test('the SDK tells versions, and takes them', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id } = await rig.session()
  await using client = createClient({ baseUrl: rig.api.url, token: rig.alice.secret })
  const { value, version } = await client.versioned('sessions.get', { session: id })
  t.equal(value.id, id)
  const updated = await client.versioned('sessions.update', { session: id, ttl: 9 }, { ifMatch: version })
  t.equal(updated.value.ttl, 9)
  t.not(updated.version, version)
  await t.rejects(client.sessions.update({ session: id, ttl: 8 }, { ifMatch: version }), {
    code: 'version_mismatch',
    status: 412,
  })
  t.equal((await client.versioned('sessions.list')).version, undefined, 'a list has none')
})

t.test('what has a version is what can be updated', t => {
  t.ok(tellsVersion('sessions.get'))
  t.ok(isUpdate('sessions.update') && tellsVersion('sessions.update'))
  t.notOk(tellsVersion('sessions.list') || tellsVersion('sessions.delete') || tellsVersion('commands.get'))
  t.end()
})

t.test('versions are compared whole and strongly', t => {
  const told = { a: 1 }
  const version = versionOf(JSON.stringify(told))
  const cases = [
    [undefined, true],
    ['*', true],
    [version, true],
    [` "x" ,${version} `, true],
    [`W/${version}`, false],
    ['"x"', false],
    ['""', false],
  ] as const
  for (const [header, fits] of cases) {
    const wanted = readIfMatch(header)
    t.equal(wanted.ok && versionMismatch(wanted.value, told) === undefined, fits, `${header}`)
  }
  t.not(versionOf(JSON.stringify({ a: 2 })), version)
  t.end()
})
