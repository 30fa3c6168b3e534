import { chmod, lstat, mkdir, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { changeConfigFile, configText, readConfigFile } from '../../../config/client/config-file.ts'
import { configLocation } from '../../../config/client/config-location.ts'
import type { Profile } from '../../../config/client/profile.ts'
import { type ChosenProfile, resolveSettings, type Sources } from '../../../config/client/resolve.ts'
import { temporary } from '../../client/cli/rig.ts'

const nothing: Sources = {
  flags: {},
  environment: {},
  clone: undefined,
  profile: undefined,
  ownClone: undefined,
}
const clone = { urls: ['http://127.0.0.1:8000', 'http://127.0.0.1:9090'], token: 'of-clone' }
const chosen = (values: Profile, by: ChosenProfile['by'] = 'file'): Pick<Sources, 'profile'> => ({
  profile: { name: 'default', by, values },
})
const kept = { base_url: 'https://far.example', token: 'of-file', ca: '/ca.pem' }
const file = chosen(kept)

t.test('each setting comes from the first that has it', t => {
  const table: readonly [string, Partial<Sources>, url: string | undefined, token: string | undefined][] = [
    ['nothing', {}, undefined, undefined],
    ['file', file, 'file', 'file'],
    ['clone before file', { clone, ...file }, 'clone', 'clone'],
    ['file before own clone', { ...file, ownClone: clone }, 'file', 'file'],
    ['own clone alone', { ownClone: clone }, 'own clone', 'own clone'],
    ['token by variable', { clone, environment: { token: 'e' } }, 'clone', 'environment'],
    ['flag before variable', { clone, environment: { token: 'e' }, flags: { token: 'f' } }, 'clone', 'flag'],
    ['all by flag', { clone, ...file, flags: { base_url: 'http://x', token: 'f' } }, 'flag', 'flag'],
    [
      'token file without address',
      { ...chosen({ token: 'of-file' }), ownClone: clone },
      'own clone',
      'own clone',
    ],
  ]
  for (const [name, sources, url, token] of table) {
    const settings = resolveSettings({ ...nothing, ...sources })
    t.same([settings.baseUrl?.source, settings.token?.source], [url, token], name)
  }
  t.end()
})

t.test('a token that was found goes to no other server', t => {
  const tokenFor = (base_url: string, sources: Partial<Sources>) =>
    resolveSettings({ ...nothing, ...sources, flags: { base_url } }).token?.value
  t.equal(tokenFor('http://elsewhere:8000', { clone, ...file }), undefined)
  t.equal(tokenFor('https://far.example:8443', file), undefined, 'another port is another server')
  t.equal(tokenFor('http://far.example', file), undefined, 'so is the same one without TLS')
  t.equal(tokenFor('https://far.example/api', file), 'of-file')
  t.equal(tokenFor('http://localhost:8000', { clone }), 'of-clone')
  t.equal(tokenFor('http://127.0.0.1:9090/api', { clone }), 'of-clone', 'the proxy leads to the same')
  t.equal(tokenFor('https://far.example', { clone, ...file }), 'of-file', 'whichever knows the server')
  const { ca } = resolveSettings({ ...nothing, ...file, flags: { base_url: 'https://other.example' } })
  t.equal(ca, undefined)
  t.end()
})

t.test('a certificate that is given overrides a server kept as insecure', t => {
  const insecure = chosen({ base_url: 'https://far.example', insecure: true })
  t.same(resolveSettings({ ...nothing, ...insecure }).insecure, { value: true, source: 'file' })
  t.equal(resolveSettings({ ...nothing, ...insecure, flags: { ca: '/ca.pem' } }).insecure, undefined)
  t.end()
})

t.test('where the file lies', t => {
  const table = [
    [{ DEBUG_SERVER_HOME: '/h', XDG_CONFIG_HOME: '/x', HOME: '/home/me' }, 'linux', '/h/config.toml'],
    [{ XDG_CONFIG_HOME: '/x', HOME: '/home/me' }, 'linux', '/x/debug-server/config.toml'],
    [{ XDG_CONFIG_HOME: 'relative', HOME: '/home/me' }, 'linux', '/home/me/.config/debug-server/config.toml'],
    [{ HOME: '/home/me' }, 'darwin', '/home/me/.config/debug-server/config.toml'],
    [{ APPDATA: '/app', HOME: '/home/me' }, 'win32', '/app/debug-server/config.toml'],
  ] as const
  for (const [environment, platform, path] of table) t.same(configLocation(environment, platform), { path })
  t.same(configLocation({}, 'linux'), { reason: 'HOME is not set' })
  t.same(configLocation({ HOME: '' }, 'linux'), { reason: 'HOME is not set' })
  t.same(configLocation({ HOME: '/home/me' }, 'win32'), { reason: 'APPDATA is not set' })
  t.end()
})

t.test('the file is written for its owner alone, and comes back as it was', async t => {
  const home = await temporary(t)
  const path = join(home, 'new', 'config.toml')
  const far = {
    base_url: 'https://far.example',
    token: 'a"b\\c',
    ca: '/tmp/ü\t\x7f\u2028/ca.pem',
    insecure: false,
  }
  const config = { profile: 'far', profiles: { default: {}, far, '2nd_-': { insecure: true } } }
  await changeConfigFile(path, before => {
    t.same(before, { profiles: {} })
    return config
  })
  t.same(await readConfigFile(path), config)
  t.equal((await stat(path)).mode & 0o777, 0o600)
  t.equal((await stat(join(home, 'new'))).mode & 0o777, 0o700)
  await chmod(path, 0o644)
  await changeConfigFile(path, () => config)
  t.equal((await stat(path)).mode & 0o777, 0o600, 'an older, wider mode does not stay')
  t.equal(await readConfigFile(join(home, 'none', 'config.toml')), undefined)
  const link = join(home, 'link.toml')
  await symlink(path, link)
  await changeConfigFile(link, ({ profiles }) => ({ profiles }))
  t.ok((await lstat(link)).isSymbolicLink(), 'one that lies elsewhere stays there')
  t.same(await readConfigFile(path), { profiles: config.profiles })
  t.equal(configText({ profiles: {} }), '')
})

t.test('a file that is wrong is named, with what is wrong in it', async t => {
  const home = await temporary(t)
  const path = join(home, 'config.toml')
  for (const [text, message, fix] of [
    ['base_url = ', /config\.toml: it is not TOML/, /correct it/],
    ['profil = "x"', /unknown key "profil"/, /"profile"/],
    ['profile = 7', /"profile" must be a string/, /correct it/],
    ['profile = "wrok"\n[profiles.work]', /profile = "wrok": there is none of that name/, /"work"/],
    ['profiles = 7', /"profiles" must be a table/, /correct it/],
    ['[profiles]\nwork = 7', /\[profiles\.work\] must be a table/, /correct it/],
    ['[profiles."a b"]', /\[profiles\.a b\]: a name is up to 64 letters/, /correct it/],
    ['[profiles.work]\nbase_ulr = "x"', /\[profiles\.work\]: unknown key "base_ulr"/, /"base_url"/],
    ['[profiles.work]\ntoken = 7', /"token" must be a string/, /correct it/],
    ['[profiles.work]\ninsecure = "yes"', /"insecure" must be true or false/, /correct it/],
  ] as const) {
    await writeFile(path, text)
    await t.rejects(readConfigFile(path), { name: 'UserError', code: 'configuration_invalid', message, fix })
  }
  const directory = join(home, 'directory')
  await mkdir(directory)
  await t.rejects(readConfigFile(directory), { name: 'UserError', message: /it is a directory/ })
})
