import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { request } from 'undici'
import { createClient } from '../../client/sdk/client.ts'
import type { SignInTokens } from '../../client/sdk/refreshing-transport.ts'
import { startRig } from '../services/api/rig.ts'
import { MovableClock } from '../services/api/sign-in/movable-clock.ts'
import { cli, temporary } from './cli/rig.ts'

const password = 'correct-horse-7-battery'

t.test('one signs in on the command line, goes on as that, and signs out', async t => {
  const clock = new MovableClock(Date.now())
  const rig = await startRig(t, { clock })
  const home = await temporary(t)
  const environment = { DEBUG_SERVER_HOME: home, DEBUG_SERVER_URL: rig.api.url }
  const run = (line: string, stdin = '') => cli(line.split(' '), { environment, stdin, now: clock.now })
  const admin = (line: string, stdin = '') =>
    cli(line.split(' '), {
      environment: { DEBUG_SERVER_URL: rig.api.url, DEBUG_SERVER_TOKEN: rig.admin.secret },
      ...{ stdin, now: clock.now },
    })
  t.match(await admin('user create maria --role admin --password -', `${password}\n`), { code: 0 })
  t.match(await run('whoami'), { code: 3, stderr: /login NAME/ })
  t.match(await run('login maria', 'wrong\n'), { code: 3, stderr: /not right/ })
  t.match(await run('login maria', ''), { code: 2, stderr: /--password: there is no line/ })
  t.match(await run('login MARIA', `${password}\nmore`), { code: 0, stdout: / as maria \(admin\)\n$/ })
  const file = join(home, 'sign-ins.json')
  t.equal((await stat(file)).mode & 0o777, 0o600)
  t.notMatch(await readFile(file, 'utf8'), password)
  t.match((await run('whoami')).stdout, /^user +maria \(admin\)\nsigned in +.*\nscopes +admin\n/)
  const before = await readFile(file, 'utf8')
  clock.pass(900_000)
  const all = await Promise.all([run('user list'), run('session list')])
  for (const { code, stderr } of all) t.equal(code, 0, stderr)
  t.not(await readFile(file, 'utf8'), before, 'it has been refreshed')
  t.match(await run('whoami --token dst_other'), { code: 3 }, 'a token that is given is meant')
  t.match((await run('logout')).stdout, 'maria is signed out')
  t.equal(await readFile(file, 'utf8'), '{}\n')
  t.match((await run('logout')).stdout, 'nobody was signed in')
  await run('login maria', password)
  await rig.call('users.password', { user: 'maria', password: `${password}-2` }, rig.admin)
  t.match(await run('whoami'), { code: 3, stderr: /sign in again with "debug-server login NAME"/ })
  t.match(await run('logout'), { code: 0 })
  t.match(await run('login maria', `${password}-2`), { code: 0 })
  t.match((await run('me password', `${password}-2\n${password}\n`)).stdout, /sign in anew/)
})

t.test('who has signed in here before is not kept out by others at the same address', async t => {
  const rig = await startRig(t)
  await rig.call('users.create', { name: 'maria', password }, rig.admin)
  const run = (home: string, line: string, stdin: string) =>
    cli(line.split(' '), {
      environment: { DEBUG_SERVER_HOME: home, DEBUG_SERVER_URL: rig.api.url },
      ...{ stdin, now: Date.now },
    })
  const [own, foreign] = [await temporary(t), await temporary(t)]
  t.match(await run(own, 'login maria', password), { code: 0 })
  t.equal((await stat(join(own, 'devices.json'))).mode & 0o777, 0o600)
  await run(own, 'logout', '')
  for (let n = 0; n < 5; n++) t.match(await run(foreign, 'login maria', 'wrong'), { code: 3 })
  // Known again, and therefore not counted with the others.
  t.match(await run(own, 'login Maria', password), { code: 0 })
  const { statusCode } = await request(`${rig.api.url}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'maria', password }),
  })
  t.equal(statusCode, 429)
})

t.test('a client refreshes its sign-in by itself, once for all that it does at the same time', async t => {
  const rig = await startRig(t)
  await rig.call('users.create', { name: 'maria', password }, rig.admin)
  const { access_token, refresh_token } = await rig.call('auth.login', { name: 'maria', password }, null)
  let kept: SignInTokens = { accessToken: `${access_token}`, refreshToken: `${refresh_token}`, expiresAt: 0 }
  let saved = 0
  const keeper = {
    load: async () => kept,
    save: async (tokens: SignInTokens) => {
      kept = tokens
      saved++
    },
  }
  await using client = createClient({ baseUrl: rig.api.url, signIn: keeper })
  await using twin = createClient({ baseUrl: rig.api.url, signIn: keeper })
  const asked = await Promise.all([client, client, client].map(one => one.server.whoami()))
  for (const { user, sign_in } of asked) t.match([user.name, sign_in?.user], ['maria', 'maria'])
  t.equal(saved, 1)
  t.match(await twin.me.get(), { name: 'maria' })
  t.equal(saved, 1, 'another program finds what was kept')
  // One that the server does not take though it should be good, as after a restore of the store.
  kept = { ...kept, accessToken: 'a.b.c' }
  await using third = createClient({ baseUrl: rig.api.url, signIn: keeper })
  t.match(await third.me.get(), { name: 'maria' })
  t.equal(saved, 2)
  await client.auth.logout({ refresh_token: kept.refreshToken })
  await t.rejects(client.me.get(), { code: 'sign_in_ended' })
})
