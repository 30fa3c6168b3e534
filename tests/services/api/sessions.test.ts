import { readFile, stat } from 'node:fs/promises'
import t from 'tap'
import { serverSchema } from '../../../config/schema.ts'
import { getSession } from '../../../services/store/sessions.ts'
import { startRig } from './rig.ts'

t.test('a session is created with its patch and commands, and the runner is woken', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const woken = rig.runner.nextWake()
  const patch = '--- a/x\n+++ b/x\n@@ -1 +1 @@\n-1\n+2 é\n'
  const session = await rig.call('sessions.create', {
    repository: 'demo',
    commit: 'feature/x',
    patch,
    commands: ['make', ['ls', '-l']],
  })
  t.match(session, { repository: 'demo', revision: 'feature/x', status: 'pending', commit: null })
  const file = rig.files.patch(session.patch_sha256 ?? '')
  t.equal(await readFile(file, 'utf8'), patch)
  t.equal((await stat(file)).mode & 0o777, 0o600)
  await woken
  const { items: commands } = await rig.call('commands.list', { session: session.id })
  t.same(
    commands.map(({ sequence, command, status }) => ({ sequence, command, status })),
    [
      { sequence: 1, command: 'make', status: 'queued' },
      { sequence: 2, command: ['ls', '-l'], status: 'queued' },
    ],
  )
})

t.test('a session that waits is answered when the runner has it running', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const woken = rig.runner.nextWake()
  const created = rig.call('sessions.create', { repository: 'demo', wait: 30 })
  await woken
  const {
    items: [pending],
  } = await rig.call('sessions.list')
  if (pending === undefined) throw new Error('no session')
  await rig.runner.session(pending.id, 'starting', 'running')
  t.match(await created, { id: pending.id, status: 'running' })
})

t.test('a session that failed says why', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id } = await rig.call('sessions.create', { repository: 'demo', commands: ['true'] })
  const asked = rig.call('sessions.get', { session: id, wait: 30 })
  await rig.runner.failSession(id)
  t.match(await asked, { status: 'failed', failure: { reason: 'commit_not_found' } })
  t.match((await rig.call('commands.list', { session: id })).items, [
    { status: 'cancelled', failure: { reason: 'session_failed' } },
  ])
})

t.test('sessions are listed newest first, by state, as many as asked for', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const first = await rig.session()
  const second = await rig.session()
  const third = await rig.call('sessions.create', { repository: 'demo' })
  const ids = async (input: Record<string, unknown>) =>
    (await rig.call('sessions.list', input)).items.map(session => session.id)
  t.same(await ids({}), [third.id, second.id, first.id])
  t.same(await ids({ status: 'running' }), [second.id, first.id])
  t.same(await ids({ limit: 1 }), [third.id])
  t.same(await rig.call('sessions.list', {}, rig.bob), { items: [], next: null }, 'another token has none')
  t.equal((await rig.call('sessions.list', {}, rig.admin)).items.length, 3, 'an administrator sees all')
})

t.test('@last is the latest session of the caller', async t => {
  const rig = await startRig(t)
  await rig.repository()
  t.match(await rig.refused('sessions.get', { session: '@last' }), { code: 'session_not_found' })
  await rig.session()
  const second = await rig.session()
  await rig.session([], rig.bob)
  t.match(await rig.call('sessions.get', { session: '@last' }), { id: second.id })
  t.match(
    await rig.refused('sessions.get', { session: '@last' }, rig.admin),
    { code: 'session_not_found' },
    'not the latest of all, even for an administrator',
  )
})

t.test('a stop waits for the session to have stopped, and repeated changes nothing', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id } = await rig.session(['sleep 1', 'sleep 2'])
  const woken = rig.runner.nextWake()
  const stopped = rig.call('sessions.stop', { session: id, wait: 30 })
  await woken
  t.equal((await getSession(rig.store, id))?.status, 'stopping')
  await rig.runner.session(id, 'stopped')
  t.match(await stopped, { status: 'stopped' })
  t.match(await rig.call('sessions.stop', { session: id }), { status: 'stopped' })
  t.match(await rig.refused('commands.run', { session: id, command: 'ls' }), { code: 'session_ended' })
})

t.test('a deletion stops first, and with wait is answered when nothing is left', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id } = await rig.session()
  const asked = rig.runner.nextWake()
  t.same(await rig.call('sessions.delete', { session: id }), { id, status: 'deleting' })
  await asked
  t.match(await getSession(rig.store, id), { status: 'stopping', delete_requested: 1 })
  const woken = rig.runner.nextWake()
  const deleted = rig.call('sessions.delete', { session: id, wait: 30 })
  await woken
  await rig.runner.session(id, 'stopped')
  await rig.runner.remove(id)
  t.same(await deleted, { id, status: 'deleted' })
  t.match(await rig.refused('sessions.get', { session: id }), { code: 'session_not_found' })
})

t.test('a repository that is not there is named', async t => {
  const rig = await startRig(t)
  const problem = await rig.refused('sessions.create', { repository: 'nope' })
  t.match(problem, { code: 'repository_not_found', detail: /nope/ })
})

t.test('how long a session may live is what was asked for, or what the server is set to', async t => {
  const rig = await startRig(t)
  await rig.repository()
  t.match(await rig.call('sessions.create', { repository: 'demo' }), {
    ttl: 0,
    expires_at: null,
    idle_timeout: 86_400,
    end_reason: null,
  })
  const session = await rig.call('sessions.create', { repository: 'demo', ttl: 90, idle_timeout: 0 })
  t.match(session, { ttl: 90, idle_timeout: 0, last_active_at: session.created_at })
  t.equal(Date.parse(session.expires_at ?? '') - Date.parse(session.created_at), 90_000)
})

t.test('no session may live longer than the server allows', async t => {
  const { sessions } = serverSchema.parse({ sessions: { max_ttl_seconds: 3_600, max_idle_seconds: 60 } })
  const rig = await startRig(t, { sessions })
  await rig.repository()
  t.match(await rig.call('sessions.create', { repository: 'demo' }), { ttl: 3_600, idle_timeout: 60 })
  for (const ttl of [0, 3_601])
    t.match(await rig.refused('sessions.create', { repository: 'demo', ttl, idle_timeout: 61 }), {
      code: 'invalid_input',
      errors: [
        { path: 'ttl', message: 'expected 1 to 3600 seconds, the most that this server allows' },
        { path: 'idle_timeout', message: 'expected 1 to 60 seconds, the most that this server allows' },
      ],
    })
  t.equal((await rig.call('sessions.list')).items.length, 1, 'nothing was created')
})

t.test('saying that a session is in use is noted, and told', async t => {
  let later = 0
  const rig = await startRig(t, { clock: { now: () => Date.now() + later } })
  await rig.repository()
  const { id } = await rig.session()
  const before = await rig.call('sessions.get', { session: id })
  later = 60_000
  const after = await rig.call('sessions.activity', { session: id })
  t.ok(Date.parse(after.last_active_at) - Date.parse(before.last_active_at) >= 59_000)
  await rig.call('sessions.stop', { session: id })
  t.match(await rig.call('sessions.activity', { session: id }), { status: 'stopping', end_reason: 'stopped' })
})

t.test('a session that was stopped is resumed, and answered when it runs', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id } = await rig.session()
  t.match(await rig.call('sessions.resume', { session: id }), { status: 'running' }, 'it runs already')
  await rig.call('sessions.stop', { session: id })
  t.match(await rig.refused('sessions.resume', { session: id }), {
    code: 'session_not_resumable',
    detail: /is stopping/,
  })
  await rig.runner.session(id, 'stopped')
  const woken = rig.runner.nextWake()
  const resumed = rig.call('sessions.resume', { session: id, wait: 30 })
  await woken
  t.match(await getSession(rig.store, id), { status: 'starting' })
  t.match(await rig.call('commands.run', { session: id, command: 'ls' }), { status: 'queued' })
  await rig.runner.session(id, 'running')
  t.match(await resumed, { id, status: 'running', ended_at: null, end_reason: null })
})

t.test('one owner has so many sessions that have not ended, and no more', async t => {
  const { sessions } = serverSchema.parse({ sessions: { per_owner: 2 } })
  const rig = await startRig(t, { sessions })
  await rig.repository()
  const { id } = await rig.session()
  await rig.session()
  const problem = { code: 'session_limit', status: 429, detail: /has 2 sessions/ }
  t.match(await rig.refused('sessions.create', { repository: 'demo' }), problem)
  await rig.session([], rig.bob)
  await rig.runner.session(id, 'stopping', 'stopped')
  await rig.session()
  t.match(await rig.refused('sessions.resume', { session: id }), problem)
})
