import t, { type Test } from 'tap'
import { AccessTokens } from '../../../../services/api/sign-in/access-tokens.ts'
import { DeviceTokens, deviceLife } from '../../../../services/api/sign-in/device-tokens.ts'
import { signInId, userId } from '../../../../services/contract/ids.ts'
import { storeRig } from '../../store/store-rig.ts'
import { startRig } from '../rig.ts'
import { MovableClock } from './movable-clock.ts'

const password = 'correct-horse-7-battery'

async function rigOf(test: Test) {
  const clock = new MovableClock(Date.now())
  const rig = await startRig(test, { clock })
  for (const name of ['maria', 'peter']) await rig.call('users.create', { name, password }, rig.admin)
  const send = (body: object, headers: Record<string, string> = {}) =>
    rig.send('/auth/login', { method: 'POST', token: null, body, headers })
  const status = async (name: string, word: string, device?: string) =>
    (await send({ name, password: word, ...(device === undefined ? {} : { device }) })).status
  /** Somebody at the same address who keeps failing, as one user and as many. */
  const besiege = async () => {
    for (let n = 0; n < 6; n++) await status('maria', 'wrong')
    for (let n = 0; n < 40; n++) await status(`user-${n}`, 'wrong')
  }
  return { ...rig, rig, clock, send, status, besiege }
}

t.test('who has signed in here before is kept out by nobody at the same address', async t => {
  const { rig, clock, status, besiege } = await rigOf(t)
  const { device } = await rig.call('auth.login', { name: 'maria', password }, null)
  t.type(device, 'string')
  await besiege()
  t.equal(await status('maria', password), 429, 'whoever is not known waits')
  t.equal(await status('MARIA', password, `${device}`), 200)
  t.equal(await status('peter', password, `${device}`), 429, 'it is hers alone')
  for (const other of ['nonsense', rig.alice.secret, `${device}x`])
    t.equal(await status('maria', password, other), 429)
  const { access_token } = await rig.call('auth.login', { name: 'maria', password, device }, null)
  t.equal(await status('maria', password, `${access_token}`), 429, 'no other token is one')
  t.equal((await rig.send('/whoami', { token: device })).status, 401, 'and it opens nothing')
  t.match(await rig.refused('auth.refresh', { refresh_token: `${device}`.slice(0, 200) }, null), {
    code: 'sign_in_ended',
  })
  clock.pass(deviceLife * 1_000)
  await besiege()
  t.equal(await status('maria', password, `${device}`), 429, 'it is over in time')
})

t.test('who has one has no more attempts than anybody', async t => {
  const { rig, clock, status } = await rigOf(t)
  const { device } = await rig.call('auth.login', { name: 'maria', password }, null)
  for (let n = 0; n < 5; n++) t.equal(await status('maria', 'wrong', `${device}`), 401)
  t.equal(await status('maria', password, `${device}`), 429)
  t.equal(await status('maria', password), 200, 'nor does a copy of it keep her out elsewhere')
  clock.pass(1_000)
  t.equal(await status('maria', password, `${device}`), 200)
})

t.test('a browser has it as a cookie, which stays when one signs out', async t => {
  const { rig, send, besiege } = await rigOf(t)
  const origin = rig.api.url
  const answer = await send({ name: 'maria', password, cookie: true }, { origin })
  t.match(JSON.parse(answer.text), { device: null })
  const cookies = [answer.headers['set-cookie'] ?? []].flat()
  const cookie = cookies.find(text => text.startsWith('device_token='))
  t.match(cookie, /^device_token=[\w.-]+; Max-Age=34560000; Path=\/auth; HttpOnly; SameSite=Strict$/)
  const jar = cookies.map(text => text.split(';', 1)[0]).join('; ')
  const out = await rig.send('/auth/logout', {
    ...{ method: 'POST', token: null, body: {}, headers: { origin, cookie: jar } },
  })
  t.match(out.text, '"ended":true')
  t.notMatch(`${out.headers['set-cookie']}`, 'device_token')
  await besiege()
  const again = (headers: Record<string, string>) =>
    send({ name: 'maria', password, cookie: true }, { origin, ...headers })
  t.equal((await again({})).status, 429)
  t.equal((await again({ cookie: `${cookie?.split(';', 1)[0]}` })).status, 200)
})

t.test('an invite makes one, too', async t => {
  const { rig, status, besiege } = await rigOf(t)
  const [invite] = await rig.call('invites.create', {}, rig.admin)
  const registered = await rig.call('auth.register', { invite: invite?.code, name: 'new', password }, null)
  await besiege()
  t.equal(await status('new', password, `${registered.device}`), 200)
})

t.test('it is for one user, of one store, and no access token', async t => {
  const { store } = await storeRig(t)
  const clock = new MovableClock(Date.now())
  const tokens = new DeviceTokens({ store, clock })
  const [user, other] = [userId.create(), userId.create()]
  const token = await tokens.issue(user)
  const device = await tokens.read(token, user)
  t.match(device, /^[\w-]{22}$/)
  t.not(await tokens.read(await tokens.issue(user), user), device)
  t.equal(await tokens.read(token, other), undefined)
  t.equal(await tokens.read('', user), undefined)
  const { store: elsewhere } = await storeRig(t)
  t.equal(await new DeviceTokens({ store: elsewhere, clock }).read(token, user), undefined)
  const access = new AccessTokens({ store, clock })
  t.same(await access.read(token), { outcome: 'invalid' })
  t.equal(await tokens.read(await access.issue(signInId.create(), user), user), undefined)
  clock.pass(deviceLife * 1_000)
  t.equal(await tokens.read(token, user), undefined)
})
