import { join } from 'node:path'
import { pino } from 'pino'
import t from 'tap'
import { createClient } from '../../client/sdk/client.ts'
import { startTracing } from '../../lib/start-tracing.ts'
import { instanceId } from '../../services/contract/ids.ts'
import { startProxy } from '../../services/proxy/proxy.ts'
import { demoWith } from '../client/guide.ts'
import { realServer } from '../client/real-server.ts'
import { startCollector, type ToldSpan } from '../lib/collector.ts'
import { noGateway } from './proxy/no-gateway.ts'
import { noApps } from './proxy/rig.ts'

t.test('one trace goes from a request through the front door to the end of its command', async t => {
  await using collector = await startCollector()
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.url
  process.env.OTEL_EXPORTER_OTLP_PROTOCOL = 'http/json'
  process.env.OTEL_RESOURCE_ATTRIBUTES = 'deployment.environment.name=test'
  const log = pino({ level: 'silent' })
  const instance = instanceId.create()
  const tracing = await startTracing({ name: 'test', version: '1.2.3', instance, log })
  const server = await realServer(t)
  const listen = { host: '127.0.0.1', port: 0 }
  const proxy = await startProxy({
    openGateway: noGateway,
    ...{
      listen,
      upstream: server.url,
      proof: 'none',
      trustedProxies: [],
      connections: 10,
      perAddress: 10,
      bodyLimit: 0,
      ...noApps,
    },
    ...{ instance, version: '1.2.3', log },
  })
  t.teardown(() => proxy[Symbol.asyncDispose]())
  await demoWith(server, 'app.py', 'print(1)\n')
  const client = createClient({ baseUrl: `${proxy.url}/api`, token: server.token })
  await client.repositories.add({ url: join(server.directory, 'demo'), name: 'demo', wait: 30 })
  const { id } = await client.sessions.create({ repository: 'demo', wait: 30 })
  const trace = '0af7651916cd43dd8448eb211c80319c'
  const answer = await fetch(`${proxy.url}/api/sessions/${id}/commands`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${server.token}`,
      'content-type': 'application/json',
      traceparent: `00-${trace}-b7ad6b7169203331-01`,
    },
    body: JSON.stringify({ command: 'echo my-secret-word; exit 3', wait: 30 }),
  })
  const command = (await answer.json()) as { id: string; exit_code: number }
  t.equal(command.exit_code, 3)
  for (const url of [proxy.url, server.url]) await fetch(`${url}/events?access_token=my-secret-word`)
  await tracing[Symbol.asyncDispose]()

  const of = (id: string) => collector.spans.filter(span => span.traceId === id)
  const byName = (spans: readonly ToldSpan[], name: string) => spans.find(span => span.name === name)
  const spans = of(trace)
  const front = byName(spans, 'POST')
  const api = byName(spans, 'POST /sessions/{session}/commands')
  const run = byName(spans, 'command')
  t.equal(front?.parentSpanId, 'b7ad6b7169203331', "the client's own span")
  t.equal(api?.parentSpanId, front?.spanId)
  t.equal(run?.parentSpanId, api?.spanId, 'over the store')
  t.match(front?.attributes, { 'http.request.method': 'POST', 'http.response.status_code': 201 })
  t.match(api?.attributes, {
    'http.route': '/sessions/{session}/commands',
    'debug_server.session': id,
    'debug_server.command': command.id,
  })
  t.match(run?.attributes, {
    'debug_server.session': id,
    'debug_server.command': command.id,
    'debug_server.status': 'failed',
    'process.exit.code': 3,
  })

  const start = byName(collector.spans, 'session start')
  t.equal(byName(of(start?.traceId ?? ''), 'POST /sessions')?.spanId, start?.parentSpanId)
  const git = of(start?.traceId ?? '').filter(span => span.parentSpanId === start?.spanId)
  t.ok(byName(git, 'git read-tree'), 'what a start does stands beneath it')
  for (const secret of ['my-secret-word', server.token, server.directory])
    t.notOk(collector.raw.join('').includes(secret), `no ${secret} in a trace`)
  t.match(collector.raw.join(''), 'deployment.environment.name')
  t.ok(collector.spans.every(span => span.service === 'debug-server-test'))
})
