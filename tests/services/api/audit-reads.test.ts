import { once } from 'node:events'
import t, { type Test } from 'tap'
import type { OperationName } from '../../../services/contract/contract.ts'
import { DebugClient, dialDebug, startDebugRig } from './debug-rig.ts'
import { keepArtifact } from './keep-artifact.ts'
import { keepEnvironment } from './keep-environment.ts'
import { dialLog } from './log-readers.ts'
import { type Person, type Rig, requestFor, startRig } from './rig.ts'
import { MovableClock } from './sign-in/movable-clock.ts'

/** What administrators have been told of others is written down. */

const hour = 3_600_000

/** The entries of the administrator, the oldest first. */
const entries = async (rig: Rig) =>
  (await rig.call('audit.list', { actor: 'root', limit: 200 }, rig.admin)).items.toReversed()

async function rigOf(test: Test) {
  const clock = new MovableClock(Date.now())
  const rig = await startRig(test, { clock })
  await rig.repository()
  const { id: session, commands } = await rig.session(['ls'])
  const command = `${commands[0]}`
  const told = async () =>
    (await entries(rig)).map(({ operation, session, command }) => [operation, session, command])
  const ask = async (name: OperationName, input: Record<string, unknown>, person: Person = rig.admin) =>
    (await rig.send(...requestFor(name, input, person))).status
  return { ...rig, rig, clock, session, command, told, ask }
}

t.test('one entry for an administrator, a thing and an hour, however often it is looked at', async t => {
  const { rig, clock, session, command, told, ask } = await rigOf(t)
  t.equal(await ask('sessions.get', { session }, rig.alice), 200)
  t.same(await told(), [], 'nothing of who looks at their own')
  for (let n = 0; n < 20; n++) t.equal(await ask('sessions.get', { session }), 200)
  await ask('commands.get', { command })
  await ask('sessions.logs', { session })
  const first = ['sessions.get', session, null]
  t.same(await told(), [first], 'what a session has is of it')
  clock.pass(hour - 1)
  await ask('sessions.get', { session })
  t.same(await told(), [first])
  clock.pass(1)
  await ask('commands.get', { command })
  t.same(await told(), [first, ['commands.get', session, command]])
  const second = await rig.person('second', 'admin')
  await ask('sessions.get', { session }, second)
  t.match((await rig.call('audit.list', { actor: 'second' }, second)).items, [
    { operation: 'sessions.get', session, address: '127.0.0.1', request: /^\w{16}$/, refused: false },
  ])
  const { id: another } = await rig.session()
  await ask('sessions.get', { session: another })
  t.same((await told()).at(-1), ['sessions.get', another, null])
})

t.test('a clock that is set back hides nothing', async t => {
  const { clock, session, told, ask } = await rigOf(t)
  await ask('sessions.get', { session })
  clock.pass(-24 * hour)
  await ask('sessions.get', { session })
  t.equal((await told()).length, 2)
})

t.test('whichever way it is told', async t => {
  const { rig, clock, session, command } = await rigOf(t)
  const artifact = await keepArtifact(rig, session)
  await keepEnvironment(rig)
  const ofSession = new Set(['session', 'command', 'artifact'])
  const reads: [OperationName, Record<string, unknown>][] = [
    ['sessions.list', {}],
    ['sessions.get', { session }],
    ['sessions.logs', { session }],
    ['commands.list', { session }],
    ['commands.get', { command }],
    ['artifacts.list', { session }],
    ['artifacts.get', { artifact }],
    ['artifacts.download', { artifact }],
    ['environments.list', {}],
    ['events.follow', { once: true }],
    ['events.follow', { session, once: true }],
    ['debug.list', { session }],
    ['tickets.create', { stream: 'logs', session }],
    ['sessions.activity', { session }],
  ]
  for (const [name, input] of reads) {
    clock.pass(hour)
    const before = (await entries(rig)).length
    t.ok((await rig.send(...requestFor(name, input, rig.admin))).status < 300, name)
    const told = (await entries(rig)).slice(before)
    t.match(
      told,
      [{ operation: name, session: Object.keys(input).some(field => ofSession.has(field)) ? session : null }],
      name,
    )
    t.equal(told.length, 1, name)
  }
  const { alice } = rig
  for (const [name, input] of reads) {
    clock.pass(hour)
    await rig.send(...requestFor(name, input, alice))
  }
  t.same(
    (await rig.call('audit.list', { actor: 'alice' }, rig.admin)).items.map(({ operation }) => operation),
    ['sessions.create', 'repositories.add'],
    'nobody else’s looks are',
  )
  clock.pass(hour)
  const count = (await entries(rig)).length
  for (const open of [
    () => dialLog(rig, session, { follow: true }, { person: rig.admin }),
    () => dialDebug(rig, session, rig.admin),
  ]) {
    clock.pass(hour)
    const socket = open()
    await once(socket, 'open')
    socket.terminate()
  }
  t.match(
    (await entries(rig)).slice(count).map(({ operation, session }) => [operation, session]),
    [
      ['sessions.logs', session],
      ['debug.list', session],
    ],
    'over a WebSocket as well',
  )
})

t.test('a call that changes something has its own entry alone', async t => {
  const { rig, session, told, ask } = await rigOf(t)
  t.equal(await ask('sessions.delete', { session, wait: 0 }), 200)
  t.same(await told(), [['sessions.delete', session, null]])
  t.equal(await ask('sessions.get', { session: 'ses_zzzz' }), 404)
  await rig.refused('sessions.get', { session }, rig.bob)
  t.equal((await rig.call('audit.list', { actor: 'bob' }, rig.admin)).items.length, 0)
})

t.test('an administrator’s own are no one else’s', async t => {
  const { rig, told, ask } = await rigOf(t)
  const { id: own } = await rig.session([], rig.admin)
  const before = await told()
  await ask('sessions.get', { session: own })
  await ask('sessions.get', { session: '@last' })
  t.same(await told(), before)
  await ask('sessions.list', {})
  t.same((await told()).at(-1), ['sessions.list', null, null], 'among which are others’')
})

t.test('what an administrator asks of a debugger is written down as well', async t => {
  const clock = new MovableClock(Date.now())
  const { rig, session, launch } = await startDebugRig(t, { clock })
  await launch()
  const client = await DebugClient.open(rig, session, rig.admin)
  clock.pass(hour)
  await client.result('debug.list')
  await client.result('debug.list')
  t.same(
    (await entries(rig)).map(({ operation, session }) => [operation, session]),
    [
      ['debug.list', session],
      ['debug.list', session],
    ],
  )
})

t.test('a store that cannot be written hides nothing from an administrator, and the log has it', async t => {
  const { rig, session, ask } = await rigOf(t)
  const { write } = rig.store
  Object.assign(rig.store, { write: () => Promise.reject(new Error('no room')) })
  t.equal(await ask('sessions.get', { session }), 200)
  Object.assign(rig.store, { write })
  t.match(rig.logged.join(''), /that an administrator has looked was not written down/)
  await ask('sessions.get', { session })
  t.equal((await entries(rig)).length, 1, 'the next look is')
})
