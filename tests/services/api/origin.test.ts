import t from 'tap'
import { cookieMay, originMay } from '../../../services/api/origin.ts'

const rule = { host: 'localhost:8000', allowed: ['https://dash.example.org'] }

t.test('the server’s own pages and configured ones may', t => {
  for (const origin of ['http://localhost:8000', 'HTTP://LocalHost:8000', 'https://dash.example.org'])
    t.equal(originMay(origin, rule), true, origin)
  // TLS may end before us.
  for (const [origin, host] of [
    ['https://debug.example.org', 'debug.example.org'],
    ['https://debug.example.org', 'debug.example.org:443'],
    ['http://debug.example.org', 'debug.example.org:80'],
    ['http://[::1]:8000', '[::1]:8000'],
    ['https://DEBUG.example.org', 'debug.EXAMPLE.org'],
  ] as const)
    t.equal(originMay(origin, { host, allowed: [] }), true, `${origin} at ${host}`)
  t.end()
})

t.test('no other may', t => {
  for (const origin of [
    'null',
    '',
    'localhost:8000',
    'http://localhost',
    'http://localhost:9090',
    'http://app--ses.localhost:8000',
    'http://127.0.0.1:8000',
    'http://localhost:8000.evil.org',
    'http://evil.org/localhost:8000',
    'http://evil.org#http://localhost:8000',
    'http://localhost:8000@evil.org',
    'http://localhost:8000/',
    'http://localhost:8000 ',
    'http://localhost:8000, http://evil.org',
    'http://dash.example.org',
    'https://dash.example.org:8443',
    'https://dash.example.org.evil.org',
    'javascript://localhost:8000',
    'file://',
  ])
    t.equal(originMay(origin, rule), false, origin)
  t.equal(originMay('http://localhost:8000', { host: undefined, allowed: [] }), false)
  t.equal(originMay('http://localhost', { host: 'a b', allowed: [] }), false)
  t.end()
})

t.test('by cookie one may read without saying from where, and nothing else', t => {
  for (const [method, origin, may] of [
    ['GET', undefined, true],
    ['HEAD', undefined, true],
    ['POST', undefined, false],
    ['DELETE', undefined, false],
    ['GET', 'http://evil.org', false],
    ['GET', 'http://localhost:8000', true],
    ['POST', 'http://localhost:8000', true],
    ['POST', 'null', false],
  ] as const)
    t.equal(cookieMay(method, origin, rule), may, `${method} from ${origin}`)
  t.end()
})
