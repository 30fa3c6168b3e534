import t from 'tap'
import { KnownHosts } from '../../../services/proxy/known-hosts.ts'
import { exchange, startRig } from './rig.ts'

t.test('addresses and localhost are known, and what is configured', t => {
  const hosts = new KnownHosts(['dash.example.org', '*.apps.example.org'])
  const known = [
    'localhost',
    'LOCALHOST:9090',
    'files--ses_1.localhost:9090',
    '127.0.0.1:9090',
    '192.0.2.7',
    '[::1]:80',
  ]
  known.push('dash.example.org', 'Dash.Example.Org:443', 'a.apps.example.org', 'b.a.apps.example.org:1')
  for (const host of known) t.ok(hosts.has(host), host)
  const others = [
    '',
    'example.org',
    'evil.example:9090',
    'localhost.evil.example',
    'notlocalhost',
    '.localhost',
  ]
  others.push(
    'apps.example.org',
    '.apps.example.org',
    'xapps.example.org',
    '127.0.0.1.evil.example',
    'dash.example.org.evil',
  )
  for (const host of others) t.notOk(hosts.has(host), host)
  t.end()
})

t.test('a page whose own name leads here is refused, before the upstream', async t => {
  let reached = 0
  const { proxy } = await startRig(
    t,
    (_, response) => {
      reached++
      response.end()
    },
    { hosts: ['dash.example.org'] },
  )
  const ask = (line: string, host: string, more = '') =>
    exchange(proxy.url, `GET ${line} HTTP/1.1\r\nHost: ${host}\r\n${more}Connection: close\r\n\r\n`)
  const upgrade = 'Upgrade: websocket\r\nConnection: Upgrade\r\n'
  t.match(await ask('/', 'evil.example:9090'), /^HTTP\/1\.1 421 .*"host_refused"/s)
  t.match(await ask('http://evil.example/', 'localhost'), /^HTTP\/1\.1 421 /)
  t.match(await ask('/', 'evil.example', upgrade), /^HTTP\/1\.1 421 /)
  t.match(await ask('/healthz', 'evil.example'), /^HTTP\/1\.1 421 /)
  t.equal(reached, 0)
  t.match(await ask('/', 'dash.example.org'), /^HTTP\/1\.1 200 /)
})

t.test('a trusted proxy in front is believed about the name', async t => {
  const { proxy } = await startRig(t, (_, response) => response.end(), {
    hosts: [],
    trustedProxies: ['127.0.0.1'],
  })
  t.match(
    await exchange(proxy.url, 'GET / HTTP/1.1\r\nHost: any.example\r\nConnection: close\r\n\r\n'),
    /^HTTP\/1\.1 200 /,
  )
})
