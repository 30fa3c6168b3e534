import { createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import t, { type Test } from 'tap'
import {
  AccessTokens,
  accessTokenLife,
  isAccessToken,
} from '../../../../services/api/sign-in/access-tokens.ts'
import { signInId, userId } from '../../../../services/contract/ids.ts'
import { signingKey } from '../../../../services/store/signing-key.ts'
import { storeRig } from '../../store/store-rig.ts'
import { MovableClock } from './movable-clock.ts'

const start = Date.parse('2026-01-02T03:04:05.678Z')

async function rigOf(test: Test) {
  const { store } = await storeRig(test)
  const clock = new MovableClock(start)
  const tokens = new AccessTokens({ store, clock })
  const [signIn, user] = [signInId.create(), userId.create()]
  const token = await tokens.issue(signIn, user)
  const key = await signingKey(store)
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const seconds = Math.floor(start / 1_000)
  const claims = {
    iss: 'debug-server',
    aud: 'debug-server',
    sub: user,
    jti: signIn,
    iat: seconds,
    exp: seconds + 900,
  }
  /** One that is signed as ours are, with whatever it says. */
  const forged = (header: object, said: object, hmacKey: Uint8Array = key, hash = 'sha256') => {
    const text = `${part({ alg: 'HS256', typ: 'at+jwt', ...header })}.${part({ ...claims, ...said })}`
    return `${text}.${createHmac(hash, hmacKey).update(text).digest('base64url')}`
  }
  return { store, tokens, signIn, token, key, part, claims, forged, pass: clock.pass }
}

t.test('a token names its sign-in until it expires', async t => {
  const { store, tokens, signIn, token, forged, pass } = await rigOf(t)
  t.ok(isAccessToken(token))
  t.same(await tokens.read(token), { outcome: 'valid', signIn })
  t.same(
    await tokens.read(forged({}, {})),
    { outcome: 'valid', signIn },
    'the forger of this test knows the form',
  )
  t.same(
    await new AccessTokens({ store, clock: { now: () => start } }).read(token),
    { outcome: 'valid', signIn },
    'for each API of the store',
  )
  pass(accessTokenLife * 1_000 - 1_000)
  t.match(await tokens.read(token), { outcome: 'valid' })
  pass(1_000)
  t.same(await tokens.read(token), { outcome: 'expired' })
})

t.test('nothing else is taken for one', async t => {
  const { tokens, token, key, part, claims, forged } = await rigOf(t)
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const [head = '', body = '', signature = ''] = token.split('.')
  const rsa = `${part({ alg: 'RS256', typ: 'at+jwt' })}.${part(claims)}`
  const unsigned = `${part({ alg: 'none', typ: 'at+jwt' })}.${part(claims)}.`
  const year = Math.floor(start / 1_000) + 31_536_000
  const tokensThatAreNone: Record<string, string> = {
    'algorithm none': unsigned,
    'none in capitals': unsigned.replace(
      part({ alg: 'none', typ: 'at+jwt' }),
      part({ alg: 'NONE', typ: 'at+jwt' }),
    ),
    'no signature': `${head}.${body}.`,
    'another key': forged({}, {}, randomBytes(32)),
    'an empty key': forged({}, {}, new Uint8Array(0)),
    'HS512 with the right key': forged({ alg: 'HS512' }, {}, key, 'sha512'),
    'RS256 by a key of its own': `${rsa}.${sign('sha256', Buffer.from(rsa), privateKey).toString('base64url')}`,
    'RS256 with the secret as its key': forged({ alg: 'RS256' }, {}),
    'another type': forged({ typ: 'JWT' }, {}),
    'a key of its own in the header': forged(
      { jwk: { kty: 'oct', k: 'AAAA' } },
      {},
      Buffer.from('AAAA', 'base64'),
    ),
    'something critical': forged({ crit: ['exp'], exp: 1 }, {}),
    'another issuer': forged({}, { iss: 'evil' }),
    'another audience': forged({}, { aud: 'evil' }),
    'not yet': forged({}, { nbf: year }),
    'no end': forged({}, { exp: undefined }),
    'an end that is none': forged({}, { exp: 'never' }),
    'no sign-in': forged({}, { jti: undefined }),
    'a changed body': `${head}.${part({ ...claims, exp: year })}.${signature}`,
    'a cut signature': token.slice(0, -4),
    'three empty parts': '..',
    'no JSON': 'a.b.c',
  }
  for (const [name, forgery] of Object.entries(tokensThatAreNone))
    t.same(await tokens.read(forgery), { outcome: 'invalid' }, name)
  t.same(await tokens.read(forged({}, { exp: 1 })), { outcome: 'expired' })
})

t.test('an id that is none names no sign-in', async t => {
  const { tokens, forged } = await rigOf(t)
  t.same(await tokens.read(forged({}, { jti: "sgn_' or 1=1" })), { outcome: 'invalid' })
})

t.test('all APIs of a store sign with one key, whoever makes it', async t => {
  const { store } = await storeRig(t)
  const keys = await Promise.all([1, 2, 3].map(() => signingKey(store)))
  t.equal(keys[0]?.length, 32)
  for (const key of keys) t.same(key, keys[0])
})
