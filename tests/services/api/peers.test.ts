import { once } from 'node:events'
import type { IncomingHttpHeaders } from 'node:http'
import t from 'tap'
import { WebSocket } from 'ws'
import { serverSchema } from '../../../config/schema.ts'
import { Peers } from '../../../services/api/peers.ts'
import { proofHeader, proxyProof } from '../../../services/store/proxy-proof.ts'
import { startFrontDoor } from './front-door.ts'
import { startRig } from './rig.ts'
import { until } from './until.ts'

t.test('the proxy alone is believed about who came to it', t => {
  const peers = new Peers('the proof')
  const addressOf = (remoteAddress: string | undefined, headers: IncomingHttpHeaders) =>
    peers.address({ socket: { remoteAddress }, headers } as Parameters<typeof peers.address>[0])
  const proven = (told: string) => ({ 'x-forwarded-for': told, [proofHeader]: 'the proof' })
  t.equal(addressOf('127.0.0.1', {}), '127.0.0.1')
  t.equal(addressOf('::ffff:203.0.113.9', {}), '203.0.113.9')
  t.equal(addressOf('127.0.0.1', proven('198.51.100.1')), '198.51.100.1')
  t.equal(addressOf('203.0.113.9', proven('2001:db8::1')), '2001:db8::1', 'from wherever it connects')
  for (const proof of ['', 'another 1', 'the proof ', 'the proo', undefined])
    t.equal(addressOf('127.0.0.1', { 'x-forwarded-for': '6.6.6.6', [proofHeader]: proof }), '127.0.0.1')
  t.equal(addressOf('127.0.0.1', { 'x-forwarded-for': '6.6.6.6' }), '127.0.0.1')
  for (const told of ['', 'nonsense', '6.6.6.6, 7.7.7.7'])
    t.equal(addressOf('127.0.0.1', proven(told)), '127.0.0.1', told)
  t.equal(addressOf(undefined, {}), null)
  t.end()
})

t.test('limits, audit and log have the address of the client, and nobody chooses theirs', async t => {
  const rig = await startRig(t)
  const proof = await proxyProof(rig.store)
  const proxy = await startFrontDoor(t, rig, { trustedProxies: ['127.0.0.1'] })
  const closed = await startFrontDoor(t, rig)
  await rig.call('users.create', { name: 'maria', password: 'correct-horse-7-battery' }, rig.admin)
  const login = (url: string, address: string, headers: Record<string, string> = {}) =>
    fetch(`${url}/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': address, ...headers },
      body: JSON.stringify({ name: 'maria', password: 'wrong' }),
    }).then(({ status }) => status)
  const five = async (url: string, address: (n: number) => string) => {
    const statuses: number[] = []
    for (let n = 0; n < 6; n++) statuses.push(await login(url, address(n)))
    return statuses
  }
  const waits = [401, 401, 401, 401, 401, 429]
  t.same(await five(rig.api.url, n => `198.51.100.${n}`), waits, 'not by saying so to the API')
  t.same(await five(closed.url, n => `198.51.100.${n}`), Array(6).fill(429), 'nor to the front door')
  t.equal(await login(rig.api.url, '198.51.100.1', { [proofHeader]: 'guessed' }), 429)
  t.equal(await login(closed.url, '198.51.100.1', { [proofHeader]: proof }), 429, 'whatever the client knows')
  t.same(await five(proxy.url, () => '203.0.113.9'), waits, 'who comes through a trusted proxy has its own')
  t.equal(await login(proxy.url, '203.0.113.10'), 401)

  const audited = async () => (await rig.call('audit.list', { limit: 1 }, rig.admin)).items[0]?.address
  const make = (url: string, name: string) =>
    fetch(`${url}/tokens`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${rig.admin.secret}`,
        'content-type': 'application/json',
        'x-forwarded-for': '203.0.113.9',
      },
      body: JSON.stringify({ name, user: 'alice', scopes: [] }),
    })
  await make(proxy.url, 'one')
  t.equal(await audited(), '203.0.113.9')
  await make(rig.api.url, 'two')
  t.equal(await audited(), '127.0.0.1')
  const socket = new WebSocket(`${proxy.url.replace('http', 'ws')}/events`, {
    headers: { authorization: `Bearer ${rig.alice.secret}`, 'x-forwarded-for': '203.0.113.77' },
  })
  await once(socket, 'open')
  t.teardown(() => socket.terminate())
  const lines = () =>
    rig.logged.map(line => JSON.parse(line) as { route?: string; method?: string; address?: string })
  await until(() => lines().some(({ method }) => method === 'WEBSOCKET'), 'the WebSocket is logged')
  t.equal(lines().find(({ method }) => method === 'WEBSOCKET')?.address, '203.0.113.77')
  t.ok(lines().some(({ route, address }) => route === '/tokens' && address === '203.0.113.9'))
  t.notMatch(rig.logged.join(''), proof, 'what proves it is never logged')
})

t.test('who has no token is counted by their own address behind the front door', async t => {
  const { api: requests } = serverSchema.parse({ api: { anonymous_per_minute: 2 } })
  const rig = await startRig(t, { requests })
  const proxy = await startFrontDoor(t, rig, { trustedProxies: ['127.0.0.1'] })
  const ask = async (path: string, address: string): Promise<number> =>
    (await fetch(`${proxy.url}${path}`, { headers: { 'x-forwarded-for': address } })).status
  t.same(
    [await ask('/readyz', '203.0.113.9'), await ask('/metrics', '203.0.113.9')],
    [200, 401],
    'the figures go through it as well',
  )
  t.equal(await ask('/metrics', '203.0.113.9'), 429)
  t.equal(await ask('/readyz', '203.0.113.10'), 200)
  t.equal(await ask('/readyz', '203.0.113.9'), 429)
})
