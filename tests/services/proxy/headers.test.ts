import t from 'tap'
import { requestHeaders, responseHeaders } from '../../../services/proxy/headers.ts'

const forwarded = { address: '10.0.0.7', host: 'example.org', protocol: 'http', proof: 'p' } as const

t.test('where a request comes from is ours to say', t => {
  const spoofed = [
    'X-Forwarded-For', '1.2.3.4', 'x-forwarded-proto', 'https', 'X-FORWARDED-HOST', 'evil.example',
    'Forwarded', 'for=1.2.3.4', 'X-Forwarded-Port', '1', 'X-Debug-Server-Proxy', 'guessed', 'Accept', '*/*',
  ] // biome-ignore format: name and value
  t.same(requestHeaders(spoofed, forwarded), [
    ...['Host', 'example.org'],
    ...['Accept', '*/*'],
    ...['X-Forwarded-For', '10.0.0.7'],
    ...['X-Forwarded-Host', 'example.org'],
    ...['X-Forwarded-Proto', 'http'],
    ...['Forwarded', 'for=10.0.0.7;host=example.org;proto=http'],
    ...['x-debug-server-proxy', 'p'],
  ])
  t.end()
})

const told = [
  { address: '::1', host: 'localhost:9090', expected: 'for="[::1]";host="localhost:9090";proto=http' },
  { address: '127.0.0.1', host: undefined, protocol: 'https', expected: 'for=127.0.0.1;proto=https' },
  { address: undefined, host: 'a"b', expected: 'host="a\\"b";proto=http' },
] as const
for (const { expected, ...from } of told)
  t.test(`Forwarded: ${expected}`, t => {
    t.equal(requestHeaders([], { ...forwarded, ...from }).at(-3), expected)
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
  t.same(requestHeaders(raw, forwarded).slice(0, 4), ['Host', 'example.org', 'X-Kept', '3'])
  t.end()
})
