import { join } from 'node:path'
import t from 'tap'
import { changeConfigFile, changeProfile, readConfigFile } from '../../../config/client/config-file.ts'
import { type ConnectionFlags, loadSettings } from '../../../config/client/load.ts'
import { temporary } from '../../client/cli/rig.ts'

/** Every way to say each setting, nearest first: what is said by one of them hides all behind it. */
t.test('flag before environment before file, for each setting and for the profile itself', async t => {
  const home = await temporary(t)
  const path = join(home, 'config.toml')
  await changeConfigFile(path, () => ({
    profile: 'current',
    profiles: {
      default: { base_url: 'http://default', token: 'default', ca: '/default.pem' },
      current: { base_url: 'http://current', token: 'current', ca: '/current.pem' },
      work: { base_url: 'http://work', token: 'work', ca: '/work.pem' },
      home: { base_url: 'http://home', token: 'home', insecure: true },
      bare: { base_url: 'http://bare' },
    },
  }))
  const all: ConnectionFlags = { baseUrl: 'http://flag', token: 'flag', ca: '/flag.pem' }
  const variables = {
    DEBUG_SERVER_URL: 'http://variable',
    DEBUG_SERVER_TOKEN: 'variable',
    DEBUG_SERVER_CA: '/variable.pem',
  }
  const named = { DEBUG_SERVER_PROFILE: 'home' }
  /** Address, token, certificates, insecure and profile; as many of them as matter. */
  type Found = readonly (string | boolean | undefined)[]
  const table: readonly [string, ConnectionFlags, Record<string, string>, Found][] = [
    ['nothing', {}, {}, ['current', 'current', '/current.pem', undefined, 'current']],
    ['a variable names it', {}, named, ['home', 'home', undefined, true, 'home']],
    ['an empty one does not', {}, { DEBUG_SERVER_PROFILE: '' }, ['current', 'current', '/current.pem']],
    ['a flag names it', { profile: 'work' }, named, ['work', 'work', '/work.pem', undefined, 'work']],
    ['variables before the file', {}, variables, ['variable', 'variable', '/variable.pem']],
    ['and before what a variable names', {}, { ...variables, ...named }, ['variable', 'variable']],
    ['a named profile before variables', { profile: 'work' }, variables, ['work', 'work', '/work.pem']],
    ['flags before variables', all, variables, ['flag', 'flag', '/flag.pem']],
    ['and before a named profile', { ...all, profile: 'work' }, {}, ['flag', 'flag', '/flag.pem']],
    ['a token by flag', { token: 'flag', profile: 'work' }, variables, ['work', 'flag', '/work.pem']],
    ['a token by variable', { profile: 'bare' }, { DEBUG_SERVER_TOKEN: 'variable' }, ['bare', 'variable']],
    ['a profile and another server', { baseUrl: 'http://x', profile: 'work' }, {}, ['x', undefined]],
    ['the default, named', { profile: 'default' }, {}, ['default', 'default', '/default.pem']],
    ['verified for once', { verify: true }, named, ['home', 'home', undefined, false]],
    ['insecure for once', { insecure: true }, {}, ['current', 'current', '/current.pem', true]],
  ]
  for (const [name, flags, environment, wanted] of table) {
    const place = { environment: { DEBUG_SERVER_HOME: home, ...environment }, directory: home, root: home }
    const settings = await loadSettings({ ...place, platform: 'linux' }, flags)
    const { baseUrl, token, ca, insecure, profile } = settings
    const found = [baseUrl?.value.slice(7), token?.value, ca?.value, insecure?.value, profile?.value]
    t.same(found.slice(0, wanted.length), wanted, name)
  }
})

t.test('a name that says nothing is refused, with the nearest one', async t => {
  const home = await temporary(t)
  const path = join(home, 'config.toml')
  const load = (flags: ConnectionFlags, environment: Record<string, string> = {}) =>
    loadSettings(
      {
        environment: { DEBUG_SERVER_HOME: home, ...environment },
        directory: home,
        root: home,
        platform: 'linux',
      },
      flags,
    )
  await t.rejects(load({ profile: 'work' }), { code: 'usage', message: /^--profile "work": there is no/ })
  await changeProfile(path, 'work', () => ({ token: 'without a server' }))
  await t.rejects(load({ profile: 'work' }), { code: 'configuration_invalid', message: /names no server/ })
  await t.rejects(load({}, { DEBUG_SERVER_PROFILE: 'wrok' }), {
    code: 'usage',
    message: /^DEBUG_SERVER_PROFILE "wrok"/,
    fix: 'did you mean "work"?',
  })
  await t.rejects(load({ profile: 'constructor' }), { code: 'usage' })
})

t.test('programs that keep something at once lose nothing of each other', async t => {
  const path = join(await temporary(t), 'config.toml')
  const names = Array.from({ length: 8 }, (_, i) => `p${i}`)
  await Promise.all(names.map(name => changeProfile(path, name, () => ({ base_url: `http://${name}` }))))
  t.same(Object.keys((await readConfigFile(path))?.profiles ?? {}).sort(), names)
  await t.rejects(
    changeProfile(path, 'p0', () => {
      throw new TypeError('not kept')
    }),
  )
  t.same((await readConfigFile(path))?.profiles.p0, { base_url: 'http://p0' })
})
