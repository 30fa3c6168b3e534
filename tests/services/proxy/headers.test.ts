import t from 'tap'
import { requestHeaders, responseHeaders } from '../../../services/proxy/headers.ts'

const peer = { address: '10.0.0.7', host: 'example.org', protocol: 'http' } as const

t.test('where a request comes from is ours to say', t => {
  const spoofed = [
    'X-Forwarded-For', '1.2.3.4', 'x-forwarded-proto', 'https', 'X-FORWARDED-HOST', 'evil.example',
    'Forwarded', 'for=1.2.3.4', 'X-Forwarded-Port', '1', 'Accept', '*/*',
  ] // biome-ignore format: name and value
  t.same(requestHeaders(spoofed, peer), [
    ...['Accept', '*/*'],
    ...['X-Forwarded-For', '10.0.0.7'],
    ...['X-Forwarded-Host', 'example.org'],
    ...['X-Forwarded-Proto', 'http'],
    ...['Forwarded', 'for=10.0.0.7;host=example.org;proto=http'],
  ])
  t.end()
})

const forwarded = [
  { address: '::1', host: 'localhost:9090', expected: 'for="[::1]";host="localhost:9090";proto=http' },
  { address: '::ffff:127.0.0.1', host: undefined, expected: 'for=127.0.0.1;proto=http' },
  { address: undefined, host: 'a"b', expected: 'host="a\\"b";proto=http' },
]
for (const { expected, ...from } of forwarded)
  t.test(`Forwarded: ${expected}`, t => {
    t.equal(requestHeaders([], { ...peer, ...from }).at(-1), expected)
    t.end()
  })

t.test('headers of one connection end at the proxy, both ways', t => {
  const raw = [
    ...['Connection', 'close, X-Private'],
    ...['connection', 'Also-Private'],
    ...['Keep-Alive', 'timeout=5'],
    ...['Proxy-Authorization', 'Basic x'],
    ...['Proxy-Connection', 'keep-alive'],
    ...['TE', 'trailers'],
    ...['Trailer', 'X-Sum'],
    ...['Transfer-Encoding', 'chunked'],
    ...['Upgrade', 'h2c'],
    ...['x-private', '1'],
    ...['ALSO-PRIVATE', '2'],
    ...['X-Kept', '3'],
  ]
  t.same(responseHeaders(raw), ['X-Kept', '3'])
  t.same(requestHeaders(raw, peer).slice(0, 2), ['X-Kept', '3'])
  t.end()
})
