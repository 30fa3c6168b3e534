import { readFileSync } from 'node:fs'
import t from 'tap'
import { createClient } from '../../../client/sdk/client.ts'
import { caller } from '../samples.ts'
import { standIn } from '../stand-in-server.ts'

const fixture = (name: string) => readFileSync(new URL(`../../fixtures/tls/${name}`, import.meta.url), 'utf8')

t.test('a certificate is trusted when its authority is given, or when told so', async t => {
  const cert = fixture('server-cert.pem')
  const server = await standIn({ 'server.whoami': () => caller() }, { key: fixture('server-key.pem'), cert })
  t.teardown(() => server[Symbol.asyncDispose]())
  const whoami = async (options: { ca?: string; insecure?: boolean }) => {
    await using client = createClient({ baseUrl: server.url, ...options })
    return await client.server.whoami()
  }
  t.match(await whoami({ ca: cert }), { user: { name: 'bootstrap' } })
  t.match(await whoami({ insecure: true }), { user: { name: 'bootstrap' } })
  await t.rejects(whoami({}), {
    name: 'ConnectionError',
    kind: 'tls',
    message: /its certificate is self-signed/,
    fix: /--ca FILE/,
  })
  t.equal(server.received.length, 2, 'nothing was sent over the connection that was not trusted')
})

t.test('TLS where there is none', async t => {
  const server = await standIn({})
  t.teardown(() => server[Symbol.asyncDispose]())
  await using client = createClient({ baseUrl: server.url.replace('http:', 'https:') })
  await t.rejects(client.server.health(), { name: 'ConnectionError', kind: 'tls', fix: /begin with http:/ })
})
