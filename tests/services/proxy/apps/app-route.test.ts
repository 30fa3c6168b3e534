import t from 'tap'
import { appOfHost, appOrigin } from '../../../../services/contract/app-origin.ts'
import { sessionId } from '../../../../services/contract/ids.ts'
import { appRoute } from '../../../../services/proxy/apps/app-route.ts'

const session = sessionId.schema.parse('ses_0123456789ab')
const wide = 'https://*.apps.example.org'

t.test('an origin is the name of an app and a session, and read as that again', async t => {
  for (const app of ['files', 'my-app2', '3000', 'a'.repeat(30)])
    for (const [pattern, proxy] of [
      ['', 'http://127.0.0.1:9090'],
      ['', 'https://[::1]'],
      [wide, ''],
      ['http://*.x:81', ''],
    ]) {
      const { host, hostname } = new URL(appOrigin({ session, app }, pattern ?? '', proxy))
      t.ok(hostname.split('.').every(label => label.length <= 63))
      t.same(appOfHost(host, pattern ?? ''), { session, app }, host)
      t.same(appOfHost(host.toUpperCase(), pattern ?? ''), { session, app })
    }
  t.equal(appOrigin({ session, app: 'files' }, wide), 'https://files--0123456789ab.apps.example.org')
})

t.test('every other host is the name of something else', async t => {
  const others = [
    ...[undefined, '', 'localhost', 'localhost:9090', '127.0.0.1', 'files.localhost', 'a--b.localhost'],
    ...['files--0123456789ab', 'files--0123456789abc.localhost', 'files--0123456789ab.localhost.evil.org'],
    ...['x.files--0123456789ab.localhost', '--0123456789ab.localhost', 'a--b--0123456789ab.localhost'],
    ...['99999--0123456789ab.localhost', 'files--0123456789ab.localhost:x', 'files--0123456789abXlocalhost'],
  ]
  for (const host of others) t.equal(appOfHost(host, ''), undefined, `${host}`)
  t.equal(appOfHost('files--0123456789ab.localhost', wide), undefined)
})

t.test('paths of the server that lead to apps, and those that do not', async t => {
  const found = (path: string) => {
    const route = appRoute('127.0.0.1:9090', path, '')
    return route?.by === 'path' ? `${route.app} ${route.session} ${route.prefix} ${route.path}` : undefined
  }
  const s = '/sessions/ses_0123456789ab'
  t.equal(found(`${s}/files`), `files ses_0123456789ab ${s}/files /`)
  t.equal(found(`${s}/files/tree?path=.`), `files ses_0123456789ab ${s}/files /tree?path=.`)
  t.equal(found(`${s}/files?x`), `files ses_0123456789ab ${s}/files /?x`)
  t.equal(found(`/api${s}/opencode/session`), `opencode ses_0123456789ab /api${s}/opencode /session`)
  t.equal(
    found('/session/@last/code/event?directory=x'),
    'opencode @last /session/@last/code /event?directory=x',
  )
  t.equal(found(`${s}/terminal`), `terminal ses_0123456789ab ${s}/terminal /ws`)
  t.equal(found('/session/0123/term?id=two'), 'terminal 0123 /session/0123/term /ws?id=two')
  for (const [path, isBare] of [
    [`${s}/files`, true],
    [`${s}/files?x`, true],
    [`${s}/files/`, false],
    [`${s}/terminal`, false],
  ] as const)
    t.match(appRoute('127.0.0.1:9090', path, ''), { isBare }, path)
  t.equal(found(`${s}/files/%2e%2e/x`), `files ses_0123456789ab ${s}/files /%2e%2e/x`, 'as it is')
  for (const path of [
    ...[s, `${s}/commands`, `${s}/apps/files`, `${s}/filesystem`, '/session/x y/files', `${s}/terminal/x`],
    ...[
      '/sessions/..%2f/files/',
      '/sessions//files/',
      `/x${s}/files/`,
      `${s}/code/`,
      '/session/0123/opencode/',
    ],
  ])
    t.equal(found(path), undefined, path)
  t.match(appRoute('files--0123456789ab.localhost', `${s}/files/`, ''), { by: 'origin', app: 'files' })
})
