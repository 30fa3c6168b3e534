import t from 'tap'
import { parseBaseUrl } from '../../lib/base-url.ts'

t.test('addresses that can be used', t => {
  for (const [text, url] of [
    ['http://127.0.0.1:8000', 'http://127.0.0.1:8000'],
    ['https://Example.org/', 'https://example.org'],
    ['http://[::1]:9090/api//', 'http://[::1]:9090/api'],
  ] as const)
    t.same(parseBaseUrl(text), { ok: true, url })
  t.end()
})

t.test('addresses that are refused, each with its reason', t => {
  for (const [text, reason] of [
    ['', /expected an address/],
    ['localhost:8000', /not localhost:/],
    ['127.0.0.1:8000', /expected an address/],
    ['ftp://example.org', /not ftp:/],
    ['https://me:pw@example.org', /user name or password/],
    ['http://example.org?x=1', /query/],
    ['http://', /expected an address/],
  ] as const)
    t.match(parseBaseUrl(text), { ok: false, reason }, text)
  t.end()
})
