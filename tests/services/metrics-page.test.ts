import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pino } from 'pino'
import t from 'tap'
import { createClient } from '../../client/sdk/client.ts'
import { instanceId } from '../../services/contract/ids.ts'
import { startProxy } from '../../services/proxy/proxy.ts'
import { demoWith } from '../client/guide.ts'
import { realServer } from '../client/real-server.ts'
import { noGateway } from './proxy/no-gateway.ts'
import { noApps } from './proxy/rig.ts'

const read = (file: string) => readFile(new URL(`../../docs/${file}`, import.meta.url), 'utf8')

/** A server on which something has happened, and all that its front door tells of itself. */
const server = await realServer(t)
const proxy = await startProxy({
  openGateway: noGateway,
  listen: { host: '127.0.0.1', port: 0 },
  upstream: server.url,
  proof: 'none',
  trustedProxies: [],
  connections: 10_000,
  perAddress: 10_000,
  bodyLimit: 0,
  ...noApps,
  instance: instanceId.create(),
  version: '1.2.3',
  log: pino({ level: 'silent' }),
})
t.teardown(() => proxy[Symbol.asyncDispose]())
await demoWith(server, 'app.py', 'print(1)\n')
const client = createClient({ baseUrl: server.url, token: server.token })
await client.repositories.add({ url: join(server.directory, 'demo'), name: 'demo', wait: 30 })
const session = await client.sessions.create({ repository: 'demo', wait: 30 })
const command = await client.commands.run({ session: session.id, command: 'echo hello; exit 3', wait: 30 })
const answer = await fetch(`${proxy.url}/metrics`, { headers: { authorization: `Bearer ${server.token}` } })
const text = await answer.text()
const families = new Set([...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name))

t.test('what a runner has done is told', t => {
  t.equal(command.exit_code, 3)
  const told = (series: string) =>
    Number(new RegExp(`^${series.replaceAll(/[{}]/g, '\\$&')} (.*)$`, 'm').exec(text)?.[1])
  t.equal(told('debug_server_command_claims_total{outcome="taken",service="runner"}'), 1)
  t.equal(told('debug_server_command_duration_seconds_count{status="failed",service="runner"}'), 1)
  t.equal(told('debug_server_command_wait_seconds_count{service="runner"}'), 1)
  t.equal(told('debug_server_log_written_bytes_total{stream="stdout",service="runner"}'), 6)
  t.equal(told('debug_server_session_start_seconds_count{outcome="running",service="runner"}'), 1)
  t.ok(told('debug_server_fetch_seconds_count{outcome="done",service="runner"}') >= 1)
  t.equal(told('debug_server_runner_slots{service="runner"}'), 4)
  t.end()
})

t.test('the page tells every figure, and no other', async t => {
  const page = await read('observability.md')
  const documented = new Set(
    [...page.matchAll(/^\| `((?:debug_server|process)_[a-z_]+)`/gm)].map(([, name = '']) => name),
  )
  t.same([...documented].sort(), [...families].sort())
})

t.test('the dashboard draws figures that there are', async t => {
  const dashboard: unknown = JSON.parse(await read('dashboard.json'))
  const used = [...JSON.stringify(dashboard).matchAll(/\b(?:debug_server|process)_[a-z_]+/g)].map(
    ([name]) => name,
  )
  t.ok(used.length > 10)
  for (const name of used)
    t.ok(families.has(name.replace(/_(?:bucket|sum|count)$/, '')) || families.has(name), name)
})
