import type { IncomingHttpHeaders } from 'node:http'
import t from 'tap'
import { TrustedProxies } from '../../../services/proxy/trusted-proxies.ts'

const trusted = new TrustedProxies(['10.0.0.0/8', '192.0.2.7', '2001:db8::/32'])

function clientOf(remoteAddress: string | undefined, headers: IncomingHttpHeaders) {
  return trusted.clientOf({ socket: { remoteAddress }, headers } as Parameters<typeof trusted.clientOf>[0])
}

t.test('a client is who a chain of trusted proxies says it is', t => {
  const cases = [
    ['203.0.113.9', undefined, '203.0.113.9'],
    ['203.0.113.9', '198.51.100.1', '203.0.113.9', 'nobody else is believed'],
    ['::ffff:203.0.113.9', undefined, '203.0.113.9'],
    ['10.0.0.1', undefined, '10.0.0.1'],
    ['10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['::ffff:10.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['10.0.0.1', '6.6.6.6, 198.51.100.1', '198.51.100.1', 'what the client itself had written'],
    ['10.0.0.1', '6.6.6.6, 198.51.100.1, 192.0.2.7', '198.51.100.1', 'two of them'],
    ['10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3', 'a client in their network'],
    ['10.0.0.1', '198.51.100.1, nonsense', '10.0.0.1'],
    ['10.0.0.1', '198.51.100.1,, ', '198.51.100.1'],
    ['10.0.0.1', '198.51.100.1:4711', '198.51.100.1'],
    ['10.0.0.1', '[2001:db9::1]:4711', '2001:db9::1'],
    ['2001:db8::5', '2001:db9::1', '2001:db9::1'],
    ['10.0.0.1', 'unknown', '10.0.0.1'],
    [undefined, '198.51.100.1', undefined],
  ] as const
  for (const [remote, told, address, why] of cases)
    t.equal(clientOf(remote, { 'x-forwarded-for': told }).address, address, why ?? `${remote} ${told}`)
  t.end()
})

t.test('whether the client spoke TLS is told by a trusted proxy alone', t => {
  for (const [remote, told, protocol] of [
    ['10.0.0.1', 'https', 'https'],
    ['10.0.0.1', 'HTTPS', 'https'],
    ['10.0.0.1', 'http', 'http'],
    ['10.0.0.1', 'https, http', 'http'],
    ['10.0.0.1', 'gopher', 'http'],
    ['10.0.0.1', undefined, 'http'],
    ['203.0.113.9', 'https', 'http'],
  ] as const)
    t.equal(clientOf(remote, { 'x-forwarded-proto': told }).protocol, protocol, `${remote} ${told}`)
  t.end()
})
