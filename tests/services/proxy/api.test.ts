import { once } from 'node:events'
import { connect } from 'node:net'
import t, { type Test } from 'tap'
import { startFrontDoor } from '../api/front-door.ts'
import { all, assemble, dialLog, ndjson, query, sse, webSocket } from '../api/log-readers.ts'
import { startRig as startApiRig } from '../api/rig.ts'
import { until } from '../api/until.ts'

/** The API with the proxy before it; everything is asked of the proxy. */
async function startRig(t: Test) {
  const api = await startApiRig(t)
  const proxy = await startFrontDoor(t, api)
  await api.repository()
  const stopApi = () => api.api[Symbol.asyncDispose]()
  const rig = { ...api, stopApi, api: { ...api.api, url: proxy.url } }
  return { rig, proxy, watching: () => api.api.live.readers }
}

t.test('the API is reached through the proxy, its health under /api', async t => {
  const { rig } = await startRig(t)
  const health = async (path: string) => JSON.parse(await (await fetch(`${rig.api.url}${path}`)).text())
  t.match(await health('/healthz'), { service: 'proxy' })
  t.match(await health('/api/healthz'), { service: 'api' })
  t.match(await health('/readyz'), { status: 'ready' })
  const refused = await fetch(`${rig.api.url}/sessions`)
  t.equal(refused.status, 401)
  t.match(refused.headers.get('www-authenticate'), /^Bearer/)
  t.equal(refused.headers.get('content-type'), 'application/problem+json')
})

t.test('the figures of the proxy stand beside those of API and runner, for who may see these', async t => {
  const { rig, proxy } = await startRig(t)
  rig.runner.figures = []
  const ask = async (path: string, secret?: string) => {
    const headers = secret === undefined ? {} : { authorization: `Bearer ${secret}` }
    const answer = await fetch(`${proxy.url}${path}`, { headers })
    return { status: answer.status, headers: answer.headers, text: await answer.text() }
  }
  await ask('/readyz')
  await until(async () => {
    const { text } = await ask('/metrics', rig.admin.secret)
    return text.includes('debug_server_proxy_request_duration_seconds_count{status="200",service="proxy"}')
  }, 'the request before is counted')
  const told = await ask('/metrics', rig.admin.secret)
  t.equal(told.status, 200)
  t.equal(told.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
  t.match(told.text, 'debug_server_sessions{status="running",service="api"} 0')
  for (const service of ['api', 'proxy'])
    t.match(told.text, `process_resident_memory_bytes{service="${service}"} `)
  t.equal(told.text.match(/^# TYPE process_resident_memory_bytes/gm)?.length, 1)
  const refused = await ask('/metrics', rig.alice.secret)
  t.match(JSON.parse(refused.text), { status: 403, code: 'insufficient_scope' })
  t.equal(refused.status, 403)
  t.equal(refused.headers.get('content-type'), 'application/problem+json')
  t.match(refused.headers.get('www-authenticate'), /^Bearer/)
  t.equal((await ask('/metrics')).status, 401)
  t.notMatch((await ask('/api/metrics', rig.admin.secret)).text, 'service="proxy"')
  await rig.stopApi()
  const alone = await ask('/metrics', rig.admin.secret)
  t.equal(alone.status, 503)
  t.match(JSON.parse(alone.text), { code: 'upstream_unavailable' })
})

t.test('a body that is too large is refused as such, whoever goes on sending it', async t => {
  const { rig } = await startRig(t)
  const { hostname, port } = new URL(rig.api.url)
  const headers = [
    'POST /sessions HTTP/1.1',
    'Host: a',
    `Authorization: Bearer ${rig.alice.secret}`,
    'Content-Type: application/json',
    'Content-Length: 40000000',
  ]
  for (let attempt = 0; attempt < 3; attempt++) {
    const socket = connect(Number(port), hostname)
    let answer = ''
    socket.on('data', chunk => {
      answer += chunk
    })
    socket.write(`${headers.join('\r\n')}\r\n\r\n`)
    const sent = new Promise(resolve => socket.write(Buffer.alloc(40_000_000, 'x'), resolve))
    await until(() => answer.includes('}'), 'the answer is here')
    t.match(answer, /^HTTP\/1\.1 413 .*"code":"body_too_large"/s)
    t.notOk(await sent, 'and all of it is taken')
    socket.destroy()
  }
})

for (const [name, read] of Object.entries({
  NDJSON: ndjson,
  WebSocket: webSocket,
  'Server-Sent Events': sse,
}))
  t.test(`${name}: a log is followed through the proxy as it is written`, async t => {
    const { rig, watching } = await startRig(t)
    const { id, commands } = await rig.session(['make'])
    const [command] = commands
    if (command === undefined) throw new Error('one was queued')
    const messages = read(rig, id, { follow: true })[Symbol.asyncIterator]()
    t.match((await messages.next()).value, { status: 'queued' })
    await rig.runner.start(id, command)
    t.match((await messages.next()).value, { status: 'running' })
    await rig.runner.write(id, command, 'stdout', 'now')
    t.match((await messages.next()).value, { text: 'now' })
    await messages.return?.()
    await until(() => watching() === 0, 'the API has noticed that nobody reads')
    await rig.runner.write(id, command, 'stdout', Buffer.alloc(1_000_000, 'x'))
    await rig.runner.end(id, command)
    const history = await all(read(rig, id, {}))
    t.equal(assemble(history, command, 'stdout').length, 1_000_003)
  })

t.test('a part of a log is had through the proxy, under /api too', async t => {
  const { rig } = await startRig(t)
  const { id, commands } = await rig.session(['make'])
  const [command] = commands
  if (command === undefined) throw new Error('one was queued')
  await rig.runner.play(command, { stdout: '0123456789' })
  for (const prefix of ['', '/api']) {
    const path = `${prefix}/sessions/${id}/logs?${query({ command, stream: 'stdout' })}`
    const part = await rig.send(path, { headers: { accept: 'text/plain', range: 'bytes=2-4' } })
    t.match(part, { status: 206, text: '234', headers: { 'content-range': 'bytes 2-4/10' } })
    const none = await rig.send(path, { headers: { accept: 'text/plain', range: 'bytes=10-' } })
    t.match(none, { status: 416, headers: { 'content-range': 'bytes */10' } })
  }
})

t.test('a stop of the proxy leaves the API as it was', async t => {
  const { rig, proxy, watching } = await startRig(t)
  const { id } = await rig.session()
  const socket = dialLog(rig, id, { follow: true })
  await once(socket, 'open')
  await until(() => watching() === 1, 'it is followed')
  const closed = once(socket, 'close')
  await proxy[Symbol.asyncDispose]()
  t.equal((await closed)[0], 1001)
  await until(() => watching() === 0, 'the API has noticed')
})
