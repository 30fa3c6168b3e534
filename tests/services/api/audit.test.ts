import t from 'tap'
import type { DebugSession } from '../../../services/contract/debug-resources.ts'
import { audited } from '../../../services/store/audit-entry.ts'
import { createToken } from '../../../services/store/tokens.ts'
import { DebugClient, startDebugRig } from './debug-rig.ts'
import { startRig } from './rig.ts'

t.test('each change is written down: who, what, of what, from where', async t => {
  const rig = await startRig(t)
  const ann = await rig.person('ann', 'cli')
  const entries = async () => (await rig.call('audit.list', {}, rig.admin)).items
  t.same(await entries(), [], 'what bootstrap did is nobody’s')

  const added = await rig.send('/repositories', {
    method: 'POST',
    body: { url: 'https://example.org/demo.git', name: 'audited', wait: 0 },
    token: rig.admin,
  })
  const repository = JSON.parse(added.text)
  const session = await rig.call('sessions.create', { repository: 'audited', wait: 0 }, ann)
  const command = await rig.call('commands.run', { session: session.id, command: 'ls', wait: 0 }, ann)
  await rig.call('sessions.delete', { session: session.id, wait: 0 }, rig.admin)
  const token = await rig.call('tokens.create', { name: 'new', scopes: ['cli'] }, rig.admin)

  const told = await entries()
  t.match(
    told.map(({ actor_name, operation, repository, session, command, token }) => [
      ...[actor_name, operation, repository, session, command, token],
    ]),
    [
      ['root', 'tokens.create', null, null, null, token.id],
      ['root', 'sessions.delete', null, session.id, null, null],
      ['ann', 'commands.run', null, session.id, command.id, null],
      ['ann', 'sessions.create', repository.id, session.id, null, null],
      ['root', 'repositories.add', repository.id, null, null, null],
    ],
  )
  t.equal(told.at(-1)?.request, added.headers['x-request-id'], 'as the log names it')
  t.ok(told.every(({ address }) => address === '127.0.0.1'))
  t.notMatch(JSON.stringify(told), token.token)
  const { items: latest, next } = await rig.call('audit.list', { limit: 2 }, rig.admin)
  const { items: following } = await rig.call('audit.list', { cursor: next ?? '', limit: 1 }, rig.admin)
  t.same([...latest, ...following], told.slice(0, 3))
  t.same(
    (await rig.call('audit.list', { actor: 'Ann' }, rig.admin)).items.map(entry => entry.operation),
    ['commands.run', 'sessions.create'],
  )
  t.equal((await rig.call('audit.list', { actor_token: ann.id }, rig.admin)).items.length, 2)
  t.equal((await rig.call('audit.list', { session: session.id }, rig.admin)).items.length, 3)
  t.match(await rig.refused('audit.list', {}, ann), { code: 'insufficient_scope' })
  t.match(await rig.refused('audit.list', { actor_token: 'tok_zzzz' }, rig.admin), {
    code: 'token_not_found',
  })
  t.match(await rig.refused('audit.list', { actor: 'nobody' }, rig.admin), { code: 'user_not_found' })
})

t.test('what is asked for over a WebSocket is written down as over HTTP, each call for itself', async t => {
  const { rig, session } = await startDebugRig(t)
  const { items: before } = await rig.call('audit.list', {}, rig.admin)
  const client = await DebugClient.open(rig, session)
  const launch = async () => (await client.result('debug.launch', { module: 'app', wait: 0 })) as DebugSession
  const first = await launch()
  const second = await launch()
  await client.result('debug.list')
  await client.result('debug.terminate', { debug: first.id, wait: 0 }).catch(() => undefined)
  const { items: after } = await rig.call('audit.list', {}, rig.admin)
  const told = after.slice(0, after.length - before.length)
  t.match(
    told.map(({ operation, actor_name, session, command }) => [operation, actor_name, session, command]),
    [
      ['debug.terminate', 'alice', session, first.command],
      ['debug.launch', 'alice', session, second.command],
      ['debug.launch', 'alice', session, first.command],
    ],
  )
  t.ok(told.every(({ address, request }) => address === '127.0.0.1' && request !== null))
})

t.test('what changes nothing is not: reading, what is refused, and that something is in use', async t => {
  let now = Date.parse('2026-01-01T00:00:00Z')
  const rig = await startRig(t, { clock: { now: () => now } })
  await rig.repository()
  const { id } = await rig.session()
  const { items: before } = await rig.call('audit.list', {}, rig.admin)
  now += 3_600_000
  await rig.call('sessions.get', { session: id })
  await rig.call('sessions.activity', { session: id })
  await rig.refused('sessions.create', { repository: 'none' }, rig.admin)
  await rig.call('tokens.create', { name: 'twin', scopes: [] }, rig.admin)
  await rig.refused('tokens.create', { name: 'twin', scopes: [] }, rig.admin)
  const { items: after } = await rig.call('audit.list', {}, rig.admin)
  t.same(
    after.slice(0, after.length - before.length).map(({ operation }) => operation),
    ['tokens.create'],
  )
})

t.test('a change and its entry come together or not at all', async t => {
  const rig = await startRig(t)
  const { user } = await rig.call('server.whoami', {}, rig.admin)
  const actor = {
    user: user.id,
    credential: rig.admin.id,
    operation: 'a.test',
    address: null,
    now: () => 'now',
  }
  const named = (name: string) => ({ name, scopes: [], now: new Date().toISOString(), expires_at: null })
  await audited(actor, async () => {
    await t.rejects(
      rig.store.write(async transaction => {
        await transaction.updateTable('tokens').set({ name: 'other' }).execute()
        throw new Error('given up')
      }),
    )
    await createToken(rig.store, named('first'))
    await createToken(rig.store, named('second'))
  })
  const rows = await rig.store.read(database => database.selectFrom('audit').selectAll().execute())
  t.match(
    rows,
    [{ operation: 'a.test', actor_id: user.id, actor_token_id: rig.admin.id }],
    'one for all that was asked for at once',
  )
})
