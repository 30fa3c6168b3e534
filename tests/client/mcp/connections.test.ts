import { renameSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { Connections } from '../../../client/mcp/connections.ts'
import { temporary } from '../cli/rig.ts'

/** A place where nobody has said anything yet, and ways to say it. */
async function rig(
  t: { teardown(ends: () => Promise<void>): void },
  environment: Record<string, string> = {},
) {
  const home = await temporary(t)
  const root = join(home, 'clone')
  const connections = new Connections(
    {
      environment: { DEBUG_SERVER_HOME: home, ...environment },
      directory: home,
      platform: 'linux',
      root,
    },
    {},
  )
  t.teardown(() => connections[Symbol.asyncDispose]())
  const write = async (path: string, text: string) => {
    await mkdir(join(path, '..'), { recursive: true })
    await writeFile(`${path}.new`, text)
    await rename(`${path}.new`, path)
  }
  const profile = (port: number, more = '') =>
    write(
      join(home, 'config.toml'),
      `[profiles.default]\nbase_url = "http://127.0.0.1:${port}"\ntoken = "t"\n${more}`,
    )
  const up = async (port: number, token = 'admin') => {
    await write(join(root, '.artifacts/secrets/admin-token'), token)
    await write(
      join(root, '.artifacts/run/endpoints.json'),
      JSON.stringify({ api: { url: `http://127.0.0.1:${port}` } }),
    )
  }
  const address = async () => (await connections.client()).baseUrl
  return { home, root, connections, write, profile, up, address }
}

t.test('as long as nothing is said anew it is the same client', async t => {
  const { connections, profile } = await rig(t)
  await t.rejects(connections.client(), { code: 'not_configured' })
  await profile(1)
  const client = await connections.client()
  for (let i = 0; i < 3; i += 1) t.equal(await connections.client(), client)
  t.same(new Set(await Promise.all([connections.client(), connections.client()])), new Set([client]))
})

t.test('whoever says something else, wherever, is heard by the next call', async t => {
  const { home, root, connections, write, profile, up, address } = await rig(t)
  await up(1)
  t.equal(await address(), 'http://127.0.0.1:1')
  await up(2)
  t.equal(await address(), 'http://127.0.0.1:2', 'the server of the clone was started elsewhere')
  const before = await connections.client()
  await up(2, 'other')
  t.not(await connections.client(), before, 'its token is another')
  await profile(3)
  t.equal(await address(), 'http://127.0.0.1:3', 'a profile is kept')
  await rm(join(home, 'config.toml'))
  t.equal(await address(), 'http://127.0.0.1:2', 'and forgotten')
  const signIn = { user: 'alice', accessToken: 'a', refreshToken: 'r', expiresAt: 0 }
  await write(join(home, 'sign-ins.json'), JSON.stringify({ 'http://127.0.0.1:2': signIn }))
  await connections.client()
  t.equal(connections.tokenFrom, 'the sign-in of alice')
  await rm(join(root, '.artifacts'), { recursive: true })
  await t.rejects(connections.client(), { code: 'not_configured' })
  await up(4)
  t.equal(await address(), 'http://127.0.0.1:4')
})

t.test('what is said anew while it is read is heard by the next call', async t => {
  const { home, connections, profile, address } = await rig(t)
  for (let port = 1; port <= 60; port += 1) {
    await profile(100 + port)
    await rename(join(home, 'config.toml'), join(home, 'later.toml'))
    await profile(port)
    const reading = connections.client()
    for (let turns = 0; turns < port % 20; turns += 1) await new Promise(setImmediate)
    renameSync(join(home, 'later.toml'), join(home, 'config.toml'))
    await reading
    t.equal(await address(), `http://127.0.0.1:${100 + port}`)
  }
})

t.test('certificates that are replaced are read anew', async t => {
  const { home, connections, write } = await rig(t, {
    DEBUG_SERVER_URL: 'https://127.0.0.1:1',
    DEBUG_SERVER_TOKEN: 't',
    DEBUG_SERVER_CA: 'ca.pem',
  })
  const pem = (text: string) => `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----\n`
  await write(join(home, 'ca.pem'), pem('one'))
  const client = await connections.client()
  t.equal(await connections.client(), client)
  await write(join(home, 'ca.pem'), pem('two'))
  t.not(await connections.client(), client)
  await rm(join(home, 'ca.pem'))
  await t.rejects(connections.client(), { message: /DEBUG_SERVER_CA .*no such file/ })
})
