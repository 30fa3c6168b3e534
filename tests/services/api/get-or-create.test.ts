import t from 'tap'
import { serverSchema } from '../../../config/schema.ts'
import { sessionId } from '../../../services/contract/ids.ts'
import { type Person, requestFor, startRig } from './rig.ts'

t.test('callers who race get the same session', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const answers = await Promise.all(
    Array.from({ length: 8 }, () =>
      rig.send(...requestFor('sessions.get_or_create', { repository: 'demo', label: 'agent' }, rig.alice)),
    ),
  )
  t.equal(new Set(answers.map(({ text }) => JSON.parse(text).id)).size, 1)
  t.same(answers.map(({ status }) => status).sort(), [...Array(7).fill(200), 201], 'made once')
  t.equal((await rig.call('sessions.list')).items.length, 1)
})

t.test('what is alike is found, a stopped one resumed, and where there is none one is made', async t => {
  const rig = await startRig(t)
  await rig.repository()
  await rig.repository('other')
  const get = async (input: object = {}, person: Person = rig.alice) =>
    sessionId.schema.parse(
      (await rig.call('sessions.get_or_create', { repository: 'demo', label: 'agent', ...input }, person)).id,
    )
  const first = await get()
  await rig.runner.session(first, 'starting', 'running')
  t.equal(await get(), first)
  t.equal(await get({ ttl: 60, commands: ['ls'] }), first, 'that is for a new one')
  const others = await Promise.all([
    get({ label: 'another' }),
    get({ label: undefined }),
    get({ commit: 'main' }),
    get({ patch: 'x' }),
    get({ repository: 'other' }),
    get({}, rig.bob),
  ])
  t.equal(new Set([first, ...others]).size, 7, 'each is a session of its own')

  await rig.call('sessions.stop', { session: first })
  const second = await get()
  t.not(second, first, 'one that is stopping cannot be had')
  await rig.runner.session(first, 'stopped')
  t.equal(await get(), second, 'one that is alive comes before one that has stopped')
  await rig.call('sessions.stop', { session: second })
  await rig.runner.session(second, 'stopped')
  t.equal(await get(), second, 'the latest of those that have stopped')
  t.match(await rig.call('sessions.get', { session: second }), { status: 'starting' })
  await rig.runner.failSession(second)
  t.equal(await get(), first)
})

t.test('it is bound by as many sessions as one may have, and changes nothing beyond', async t => {
  const rig = await startRig(t, {
    sessions: { ...serverSchema.parse({}).sessions, per_owner: 1 },
  })
  await rig.repository()
  const first = await rig.call('sessions.get_or_create', { repository: 'demo' })
  t.equal((await rig.call('sessions.get_or_create', { repository: 'demo' })).id, first.id)
  t.match(await rig.refused('sessions.get_or_create', { repository: 'demo', label: 'more' }), {
    code: 'session_limit',
  })
  t.equal((await rig.call('sessions.list')).items.length, 1)
})
