import t from 'tap'
import { pagePaths } from '../../../services/api/pages/page-paths.ts'
import { pages } from '../../../services/api/pages/pages.ts'
import { operationNames } from '../../../services/contract/contract.ts'
import { startRig } from './rig.ts'

const rig = await startRig(t)
const get = (path: string, headers: Record<string, string> = {}) => rig.send(path, { token: null, headers })

t.test('pages are served to anybody, with all that they need, and nothing from elsewhere', async t => {
  t.same(
    pages('1').map(({ path }) => path),
    pagePaths.filter(path => path !== '/metrics'),
  )
  for (const prefix of ['', '/api'])
    for (const page of ['/docs', '/redoc']) {
      const { status, headers, text } = await get(`${prefix}${page}`)
      t.equal(status, 200)
      t.match(headers['content-type'], /^text\/html/)
      const policy = `${headers['content-security-policy']}`
      t.match(policy, /^default-src 'none'/)
      t.notMatch(/script-src[^;]*/.exec(policy)?.[0] ?? '', 'unsafe')
      t.notMatch(
        text,
        /<script(?![^>]*\bsrc=)|\son\w+=|(?:src|href)="(?:https?:|\/\/)/,
        'no script in it, no other origin',
      )
      for (const [, link = ''] of text.matchAll(/<(?:script|link)[^>]* (?:src|href)="([^"]+)"/g)) {
        if (link === 'data:,') continue
        const needed = await get(new URL(link, `http://x${prefix}${page}`).pathname)
        t.equal(needed.status, 200, link)
        t.equal(needed.headers['x-content-type-options'], 'nosniff')
      }
    }
  t.match((await get('/docs/start.js')).text, "new URL('openapi.json', document.baseURI)")
})

t.test('what a browser has already is not sent again', async t => {
  for (const path of ['/openapi.json', '/docs/swagger-ui-bundle.js', '/redoc']) {
    const { headers } = await get(path)
    t.equal(headers['cache-control'], 'no-cache')
    const again = await get(path, { 'if-none-match': `"other", W/${headers.etag}` })
    t.same([again.status, again.text], [304, ''])
    t.equal((await get(path, { 'if-none-match': '"other"' })).status, 200)
  }
  t.match(await rig.send('/docs', { method: 'POST' }), { status: 405, headers: { allow: 'GET, HEAD' } })
})

t.test('the page to read tells of every operation, and its links lead somewhere', async t => {
  const { text } = await get('/redoc')
  const ids = new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))
  for (const name of operationNames) t.ok(ids.has(name), name)
  for (const [, target] of text.matchAll(/href="#([^"]+)"/g)) t.ok(ids.has(target), `${target}`)
  t.notMatch(text, /`|\{\{/)
})
