import t from 'tap'
import { ServiceMetrics } from '../../../lib/metrics.ts'
import { problemOf, startRig } from './rig.ts'
import { until } from './until.ts'

/** The value of a series; undefined where it is not told. */
function seriesIn(text: string, series: string): number | undefined {
  const line = text.split('\n').find(one => one.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length))
}

t.test('figures of store, API and runner, for an administrator only', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id } = await rig.session(['sleep 1', 'true'])
  const runner = new ServiceMetrics('runner')
  runner.gauge('debug_server_runner_slots', 'Slots.', []).set(7)
  rig.runner.figures = await runner.families()
  for (const path of ['/metrics', '/api/metrics']) {
    const answer = await rig.send(path, { token: rig.admin })
    t.equal(answer.status, 200)
    t.equal(answer.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8')
    const value = (series: string) => seriesIn(answer.text, series)
    t.equal(value('debug_server_sessions{status="running",service="api"}'), 1)
    t.equal(value('debug_server_sessions{status="failed",service="api"}'), 0)
    t.equal(value('debug_server_commands{status="queued",service="api"}'), 2)
    t.equal(value('debug_server_commands{status="running",service="api"}'), 0)
    t.equal(value('debug_server_repositories{status="ready",service="api"}'), 1)
    t.equal(value('debug_server_debug_sessions{service="api"}'), 0)
    t.equal(value('debug_server_streams_open{kind="log",service="api"}'), 0)
    t.equal(value('debug_server_store_retries_total{service="api"}'), 0)
    t.equal(value('debug_server_runner_slots{service="runner"}'), 7)
    const series = 'debug_server_http_request_duration_seconds_count'
    t.equal(value(`${series}{method="POST",route="/sessions",status="201",service="api"}`), 1)
  }
  t.match(problemOf(t, await rig.send('/metrics')), { code: 'insufficient_scope' })
  t.match(problemOf(t, await rig.send('/metrics', { token: null })), { code: 'unauthenticated' })
  t.match(problemOf(t, await rig.send('/metrics', { method: 'POST', token: rig.admin })), {
    code: 'method_not_allowed',
  })
  t.notMatch((await rig.send('/metrics', { token: rig.admin })).text, id, 'no id is ever a label')
})

t.test('open streams and what they carried are counted', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id, commands } = await rig.session(['true'])
  const [command] = commands
  if (command === undefined) throw new Error('no command')
  await rig.runner.start(id, command)
  await rig.runner.write(id, command, 'stdout', 'x'.repeat(1_000))
  const figures = async () => (await rig.send('/metrics', { token: rig.admin })).text
  const open = 'debug_server_streams_open{kind="log",service="api"}'
  const following = rig.send(`/sessions/${id}/logs?follow=true`)
  await until(async () => seriesIn(await figures(), open) === 1, 'the stream is counted')
  await rig.runner.end(id, command)
  await following
  await until(async () => seriesIn(await figures(), open) === 0, 'and is not any more')
  t.equal(seriesIn(await figures(), 'debug_server_log_sent_bytes_total{service="api"}'), 1_000)
})

t.test('a runner that says nothing, or nonsense, costs its own figures only', async t => {
  const rig = await startRig(t)
  const started = performance.now()
  const silent = await rig.send('/metrics', { token: rig.admin })
  t.equal(silent.status, 200)
  t.ok(performance.now() - started < 3_000)
  rig.runner.figures = [{ name: 'nonsense' }]
  const odd = await rig.send('/metrics', { token: rig.admin })
  t.equal(odd.status, 200)
  t.notMatch(odd.text, 'nonsense')
  t.match(rig.logged.join(''), 'figures that are none')
})

t.test('how often the store was locked is told', async t => {
  const rig = await startRig(t, { runner: 'absent' })
  let locked = 3
  const busy = Object.assign(new Error('database is locked'), { code: 'ERR_SQLITE_ERROR', errcode: 5 })
  await rig.store.read(async () => {
    if (locked-- > 0) throw busy
  })
  t.equal(rig.store.retries, 3)
  const { text } = await rig.send('/metrics', { token: rig.admin })
  t.equal(seriesIn(text, 'debug_server_store_retries_total{service="api"}'), 3)
})

t.test('each request is logged with the ids that it was about, and never with a secret', async t => {
  const rig = await startRig(t)
  await rig.repository()
  const { id, commands } = await rig.session(['true'])
  await rig.call('sessions.get', { session: '@last' })
  await rig.call('commands.cancel', { command: commands[0] })
  await until(() => rig.logged.join('').includes('/commands/{command}/cancel'), 'the last line')
  const lines = rig.logged
    .flatMap(text => text.split('\n').filter(line => line !== ''))
    .map(line => JSON.parse(line))
  const of = (route: string) => lines.find(line => line.route === route)
  t.match(of('/sessions/{session}'), { session: id, request: String, status: 200 })
  t.match(of('/commands/{command}/cancel'), { session: id, command: commands[0] })
  for (const { secret } of [rig.admin, rig.alice, rig.bob]) t.notMatch(rig.logged.join(''), secret)
})
