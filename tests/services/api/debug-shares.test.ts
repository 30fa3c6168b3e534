import { once } from 'node:events'
import t, { type Test } from 'tap'
import { WebSocket } from 'ws'
import { contract, type OperationName, operationNames } from '../../../services/contract/contract.ts'
import { exampleInputs } from '../../../services/contract/examples/inputs.ts'
import type { Operation } from '../../../services/contract/operation.ts'
import { DebugClient, dialDebug, startDebugRig, stopped } from './debug-rig.ts'
import { liveDebugger } from './live-debugger.ts'
import type { Person } from './rig.ts'
import { until } from './until.ts'

/** A debuggee of alice's that lives, and others who want to see it. */
async function startSharedRig(t: Test) {
  const started = await startDebugRig(t)
  const debug = await started.launched()
  started.runner.debugger = liveDebugger(debug)
  const { rig, session } = started
  const share = (input: object) => rig.call('debug.share', { session, role: 'watch', ...input })
  /** Who comes with a viewer's token. */
  const viewer = async (role: 'watch' | 'control', more: object = {}): Promise<Person> => {
    const { id, token } = await share({ role, name: `viewer-${role}`, ...more })
    return { id, secret: `${token}` } as Person
  }
  return { ...started, debug, share, viewer }
}

const looking = ['debug.list', 'debug.status', 'debug.stack', 'debug.variables', 'debug.viewers'] as const
const acting = ['debug.next', 'debug.pause', 'debug.break', 'debug.terminate'] as const

t.test('a user has the role that they were given, on the debuggers alone', async t => {
  const { rig, session, share } = await startSharedRig(t)
  const bob = (operation: OperationName, input: object = {}) =>
    rig.refused(operation, { session, ...input }, rig.bob)
  for (const operation of [...looking, ...acting])
    t.match(await bob(operation), { code: 'session_not_found', status: 404 })
  t.match(await share({ user: 'bob' }), { id: /^shr_/, role: 'watch', user: 'bob', name: null, token: null })
  for (const operation of looking) await rig.call(operation, { session }, rig.bob)
  await rig.call('debug.status', { session: session.slice(0, 9) }, rig.bob)
  for (const operation of acting)
    t.match(await bob(operation), { code: 'role_insufficient', status: 403, detail: /watch/ })
  t.match(await bob('debug.launch', { python: 'x.py' }), { code: 'role_insufficient' })
  for (const operation of ['sessions.get', 'sessions.stop', 'commands.list', 'debug.shares'] as const)
    t.match(await bob(operation), { code: 'session_not_found' }, operation)
  t.match(await bob('debug.share', { role: 'control', user: 'bob' }), { code: 'session_not_found' })

  await share({ role: 'control', user: 'bob' })
  for (const operation of acting) await rig.call(operation, { session }, rig.bob)
  t.match(
    await bob('debug.evaluate', { expression: 'help', shell: true }),
    { code: 'insufficient_scope', detail: /debug:shell/ },
    'a role is no way to the commands of a debugger',
  )
  t.match(await rig.call('debug.shares', { session }), [{ user: 'bob', role: 'control' }], 'one role each')
  t.match(await rig.call('debug.unshare', { session, share: 'bob' }), { user: 'bob' })
  t.match(await bob('debug.status'), { code: 'session_not_found' })
  t.match(await rig.refused('debug.unshare', { session, share: 'bob' }), { code: 'share_not_found' })
})

t.test('the runner hears of the role', async t => {
  const { rig, session, share, runner, viewer } = await startSharedRig(t)
  await share({ user: 'bob', role: 'control' })
  runner.debugger = undefined
  const asked = async (person: Person) => {
    void rig.call('debug.scopes', { session }, person).catch(() => undefined)
    return (await runner.nextAsk('debug.scopes')).by
  }
  t.match(await asked(rig.bob), { user: 'bob', role: 'control' })
  t.match(await asked(await viewer('watch')), { user: 'alice', token: 'viewer-watch', role: 'watch' })
  t.match(await asked(rig.admin), { user: 'root', role: 'owner' })
})

t.test("a viewer's token opens the debuggers of its session, and nothing else", async t => {
  const { rig, session, viewer, debug } = await startSharedRig(t)
  const other = await rig.session()
  const [watcher, driver] = [await viewer('watch'), await viewer('control')]
  for (const person of [watcher, driver]) {
    for (const operation of looking) await rig.call(operation, { session }, person)
    t.match(await rig.call('debug.status', { session: '@last' }, person), { id: debug.id })
    t.match(await rig.refused('debug.list', { session: other.id }, person), { code: 'session_not_found' })
  }
  for (const operation of acting) {
    t.match(await rig.refused(operation, { session }, watcher), { code: 'insufficient_scope', status: 403 })
    await rig.call(operation, { session }, driver)
  }
  for (const name of operationNames) {
    const operation: Operation = contract[name]
    if (operation.access === 'public') continue
    const isDebugging = name.startsWith('debug.') && operation.path.startsWith('/sessions/{session}/debug')
    if (isDebugging && !/share/.test(name)) continue
    const given = 'session' in operation.input.shape ? { session } : {}
    const { status } = await rig.refused(name, { ...exampleInputs[name], ...given }, driver)
    t.ok(status === 403 || status === 404, `${name}: ${status}`)
  }
})

t.test('a role opens no other WebSocket of the session', async t => {
  const { rig, session, viewer, share } = await startSharedRig(t)
  const [driver, watcher] = [await viewer('control'), await viewer('watch')]
  await share({ user: 'bob', role: 'control' })
  const status = async (path: string, person: Person) => {
    const headers = { authorization: `Bearer ${person.secret}` }
    const socket = new WebSocket(`${rig.api.url.replace('http', 'ws')}/sessions/${session}${path}`, {
      headers,
    })
    const refused = once(socket, 'unexpected-response').then(([, { statusCode }]) => statusCode as number)
    const opened = once(socket, 'open').then(() => 101)
    for (const one of [refused, opened]) one.catch(() => undefined)
    const found = await Promise.race([refused, opened])
    socket.on('error', () => undefined).terminate()
    return found
  }
  for (const person of [driver, watcher, rig.bob]) {
    t.equal(await status('/tunnel?port=80', person), 403, 'no port')
    t.equal(await status('/logs?follow=true', person), person === rig.bob ? 404 : 403, 'no log')
    t.equal(await status('/debug/dap', person), 101, 'but the adapter for editors')
  }
  await share({ user: 'bob', role: 'watch' })
  t.equal(await status('/debug/dap', rig.bob), 101, 'which looks on')
  t.equal(await status('/debug', rig.bob), 101)
})

t.test("a viewer's token is one of its maker's, and ends as one", async t => {
  const { rig, session, viewer, share, runner } = await startSharedRig(t)
  const laptop = await rig.call('tokens.create', { name: 'laptop', scopes: ['cli'] }, rig.alice)
  const made = await rig.call('debug.share', { session, role: 'watch', name: 'made' }, {
    ...rig.alice,
    secret: laptop.token,
  } as Person)
  const maker = { id: made.id, secret: `${made.token}` } as Person
  await rig.call('debug.status', { session }, maker)
  t.match(await rig.refused('debug.share', { session, role: 'watch', name: 'made' }), {
    code: 'token_exists',
  })
  await rig.call('tokens.revoke', { token: laptop.id })
  t.match(await rig.refused('debug.status', { session }, maker), { code: 'unauthenticated' })
  t.same(await rig.call('debug.shares', { session }), [])

  const gone = await viewer('watch')
  t.match(await rig.call('debug.shares', { session }), [{ id: gone.id, name: 'viewer-watch', user: null }])
  t.match(await rig.refused('debug.share', { session, role: 'watch' }), { errors: [{ path: 'user' }] })
  t.match(await rig.refused('debug.share', { session, role: 'watch', user: 'nobody' }), {
    code: 'user_not_found',
  })
  t.match(await rig.refused('debug.share', { session, role: 'owner', user: 'bob' }), {
    code: 'invalid_input',
  })
  await share({ user: 'bob' })
  await runner.remove(session as never)
  t.match(
    await rig.refused('debug.status', { session }, gone),
    { code: 'unauthenticated' },
    'with its session',
  )
  t.match(await rig.refused('debug.status', { session }, rig.bob), { code: 'session_not_found' })
})

t.test('what is open ends when the role does', async t => {
  const { rig, session, viewer, share, runner } = await startSharedRig(t)
  await share({ user: 'bob', role: 'control' })
  const watcher = await viewer('watch')
  const [bob, token] = [
    await DebugClient.open(rig, session, rig.bob),
    await DebugClient.open(rig, session, watcher),
  ]
  await until(() => token.events.length > 0 && bob.events.length > 0, 'they are told where it stands')
  t.match(await token.refused('debug.next'), { code: 'insufficient_scope' })
  t.match(await bob.result('debug.next'), { status: 'stopped' })
  runner.debugger = undefined
  const held = rig.refused('debug.next', { session, wait: 60 }, rig.bob)
  await runner.nextAsk('debug.next')
  await rig.call('debug.unshare', { session, share: 'bob' })
  t.match((await bob.closed)[1], 'problem')
  t.match(bob.messages.at(-1), { type: 'end', problem: { code: 'session_not_found' } })
  t.match(await held, { code: 'session_not_found' }, 'a call that waits as well')
  await rig.call('debug.unshare', { session, share: 'viewer-watch' })
  t.same(await token.closed, [4401, 'problem'])
  await until(() => runner.unshared.length === 3, 'the runner hears of it')
  t.same(runner.unshared, [
    { session, who: { user: 'bob' } },
    { session, who: { user: 'bob' } },
    { session, who: { token: 'viewer-watch' } },
  ])
  const again = dialDebug(rig, session, rig.bob)
  const [, response] = (await once(again, 'unexpected-response')) as [unknown, { statusCode: number }]
  t.equal(response.statusCode, 404)
  again.on('error', () => undefined).terminate()
})

t.test("a viewer's token makes tickets for its session's debuggers, and for nothing else", async t => {
  const { rig, session, viewer } = await startSharedRig(t)
  const other = await rig.session()
  const watcher = await viewer('watch')
  const ticket = (input: { stream: 'debug' | 'logs' | 'events'; session?: string }) =>
    rig.call('tickets.create', input, watcher)
  const refused = (input: Record<string, unknown>) => rig.refused('tickets.create', input, watcher)
  const opened = async (path: string) => {
    const socket = new WebSocket(`${rig.api.url.replace('http', 'ws')}${path}`)
    socket.on('error', () => undefined)
    const [status] = await Promise.race([
      once(socket, 'open').then(() => [101]),
      once(socket, 'unexpected-response').then(([, { statusCode }]) => [statusCode as number]),
    ])
    socket.terminate()
    return status
  }
  for (const [path, status] of [
    [`/sessions/${session}/debug`, 101],
    [`/sessions/@last/debug`, 101],
    [`/sessions/${session}/debug/dap`, 101],
    [`/sessions/${session}/tunnel`, 403],
    [`/sessions/${session}/logs`, 403],
    [`/sessions/${other.id}/debug`, 404],
  ] as const) {
    const made = await ticket({ stream: 'debug', session: '@last' })
    const query = path.endsWith('tunnel') ? '&port=80' : ''
    t.equal(await opened(`${path}?ticket=${made.ticket}${query}`), status, path)
  }
  t.match(await refused({ stream: 'debug', session: other.id }), { code: 'session_not_found' })
  t.match(await refused({ stream: 'logs', session }), { code: 'insufficient_scope' })
  t.match(await refused({ stream: 'events' }), { code: 'insufficient_scope' })
  const kept = await ticket({ stream: 'debug', session })
  await rig.call('debug.unshare', { session, share: 'viewer-watch' })
  t.equal(await opened(`/sessions/${session}/debug?ticket=${kept.ticket}`), 401, 'with the role it is gone')
})

t.test('what is open ends when its time is over', async t => {
  const { rig, session, viewer, share, runner, debug } = await startSharedRig(t)
  await share({ user: 'bob', expires_in: 1 })
  const brief = await viewer('watch', { expires_in: 1 })
  const [one, two] = [
    await DebugClient.open(rig, session, brief),
    await DebugClient.open(rig, session, rig.bob),
  ]
  runner.happens({ event: 'stopped', debug: stopped(debug) })
  await until(() => one.events.some(({ event }) => event === 'stopped'), 'it is told')
  t.match(await one.closed, [4401, 'problem'])
  t.match(one.messages.at(-1), { type: 'end', problem: { code: 'token_expired' } })
  t.match((await two.closed)[1], 'problem')
  t.match(await rig.refused('debug.status', { session }, rig.bob), { code: 'session_not_found' })
})

t.test('a role that changes is another', async t => {
  const { rig, session, share } = await startSharedRig(t)
  await share({ user: 'bob', role: 'control' })
  const bob = await DebugClient.open(rig, session, rig.bob)
  await share({ user: 'bob', role: 'watch' })
  t.match((await bob.closed)[1], 'problem')
  t.match(bob.messages.at(-1), { type: 'end', problem: { code: 'role_insufficient' } })
  const again = await DebugClient.open(rig, session, rig.bob)
  t.match(await again.refused('debug.next'), { code: 'role_insufficient' })
  t.match(await again.result('debug.status'), { status: 'stopped' })
})
