import t from 'tap'
import { longestAnswer } from '../../../services/contract/runner-messages.ts'
import { FakeRunner } from './fake-runner.ts'
import { problemOf, startRig } from './rig.ts'
import { until } from './until.ts'

t.test('health is told to anybody, ready means store and runner', async t => {
  const rig = await startRig(t)
  for (const prefix of ['', '/api']) {
    const health = await rig.send(`${prefix}/healthz`, { token: null })
    t.equal(health.status, 200)
    t.match(JSON.parse(health.text), { status: 'ok', service: 'api', instance: /^ins_/, version: '1.2.3' })
    const ready = await rig.send(`${prefix}/readyz`, { token: null })
    t.equal(ready.status, 200, ready.text)
    t.match(JSON.parse(ready.text), {
      ...{ status: 'ready', store: 'ready' },
      runners: [{ id: rig.runner.instance, status: 'ready', connected: true }],
    })
    t.equal(JSON.parse(ready.text).instance, JSON.parse(health.text).instance)
  }
  t.equal((await rig.send('/healthz', { method: 'HEAD', token: null })).status, 200)
})

t.test('without a runner it is not ready and says so, and is again when one is there', async t => {
  const rig = await startRig(t)
  await rig.runner[Symbol.asyncDispose]()
  await until(async () => (await rig.send('/readyz')).status === 503, 'the loss is noticed')
  const answer = await rig.send('/readyz', { token: null })
  t.match(problemOf(t, answer), { code: 'not_ready', detail: /runner/ })
  t.ok(answer.headers['retry-after'])
  await rig.runner.listen(`${rig.directory}/runner.sock`)
  await until(async () => (await rig.send('/readyz')).status === 200, 'it has connected again')
})

t.test('a runner that is stopped keeps its connection, and it is not ready all the same', async t => {
  const rig = await startRig(t)
  rig.runner.greets = false
  t.match(problemOf(t, await rig.send('/readyz', { token: null })), {
    code: 'not_ready',
    detail: `the runner ${rig.runner.instance} does not answer`,
  })
  rig.runner.greets = true
  t.equal((await rig.send('/readyz')).status, 200)
})

t.test('each runner is asked: others may be stopped or dead while work goes on', async t => {
  const rig = await startRig(t)
  await rig.runner.register(`${rig.directory}/runner.sock`)
  const [other, stopped, dead, beginning] = await Promise.all(
    ['other', 'stopped', 'dead', 'beginning'].map(async name => {
      const runner = new FakeRunner(rig.store, rig.files)
      t.teardown(() => runner[Symbol.asyncDispose]())
      const address = `${rig.directory}/${name}.sock`
      await runner.listen(address)
      await runner.register(name === 'beginning' ? undefined : address)
      return runner
    }),
  )
  if (stopped === undefined) throw new Error('it was made')
  stopped.greets = false
  await dead?.[Symbol.asyncDispose]()
  const { runners } = await rig.call('server.readiness', {}, null)
  t.same(
    new Map(runners.map(({ id, status, connected }) => [id, [status, connected]])),
    new Map([
      [rig.runner.instance, ['ready', true]],
      [other?.instance, ['ready', false]],
      [stopped.instance, ['silent', false]],
      [dead?.instance, ['gone', false]],
      [beginning?.instance, ['silent', false]],
    ]),
  )
  t.equal(runners[0]?.id, rig.runner.instance, 'the one that it works with first')
  rig.runner.greets = false
  t.match(await rig.refused('server.readiness', {}, null), {
    code: 'not_ready',
    detail: /ins_\w+ does not answer/,
  })
})

t.test('one that listens at the address of another is not taken for that', async t => {
  const rig = await startRig(t)
  const impostor = new FakeRunner(rig.store, rig.files)
  await impostor.register(`${rig.directory}/runner.sock`)
  const { runners } = await rig.call('server.readiness', {}, null)
  t.match(runners, [{ status: 'ready' }, { id: impostor.instance, status: 'gone' }])
})

t.test('however many ask whether it is ready, each runner is asked once at a time', async t => {
  const rig = await startRig(t)
  rig.runner.greets = false
  const before = rig.runner.connections
  await Promise.all(Array.from({ length: 50 }, () => rig.send('/readyz', { token: null })))
  t.ok(rig.runner.connections - before <= 3, `${rig.runner.connections - before} connections`)
})

t.test('without its store it is not ready and says so', async t => {
  const rig = await startRig(t, { runner: 'absent' })
  await rig.store[Symbol.asyncDispose]()
  t.match(problemOf(t, await rig.send('/readyz', { token: null })), {
    code: 'not_ready',
    detail: /store.*runner/,
  })
  const broken = await rig.send('/whoami')
  t.match(problemOf(t, broken), { code: 'internal' })
})

t.test('what the runner says amiss is survived', async t => {
  const rig = await startRig(t)
  for (const line of ['', 'no json', '{"type":"unknown"}', '{"type":"changed","session":"x"}', '[]'])
    rig.runner.say(line)
  rig.runner.say({ type: 'changed' })
  t.equal((await rig.send('/readyz')).status, 200)
  const before = rig.runner.wakes
  rig.runner.say('x'.repeat(longestAnswer + 1))
  await until(() => rig.runner.wakes > before, 'a line without end costs the connection, which is made again')
})

t.test('a wake-up follows every connection, so none is lost while there is none', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const before = rig.runner.wakes
  rig.runner.drop()
  await rig.call('sessions.create', { repository: 'demo' })
  await until(() => rig.runner.wakes > before, 'the runner was woken')
})

t.test('a port that is taken is named', async t => {
  const rig = await startRig(t)
  const port = Number(new URL(rig.api.url).port)
  await t.rejects(startRig(t, { listen: { host: '127.0.0.1', port } }), {
    name: 'UserError',
    message: new RegExp(`${port}`),
  })
})

t.test('a stop answers what waits with what there is, and takes nothing new', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { commands } = await rig.session(['sleep 100'])
  const waiting = rig.call('commands.get', { command: commands[0], wait: 60 })
  await until(() => rig.api.changes.watching === 1, 'the request waits')
  const started = performance.now()
  await rig.api[Symbol.asyncDispose]()
  t.ok(performance.now() - started < 4_000, 'well before it would be cut')
  t.match(await waiting, { status: 'queued' })
  await t.rejects(rig.send('/healthz'))
})
