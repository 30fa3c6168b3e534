import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import t from 'tap'
import { parse } from 'toml'
import { bootstrapSchema, serverSchema } from '../../config/schema.ts'
import { serverSettings, wasAskedFor } from '../../config/settings.ts'
import { openWorkspace } from '../../config/workspace.ts'

const root = mkdtempSync(join(tmpdir(), 'ds-settings-'))
t.teardown(() => rmSync(root, { recursive: true, force: true }))
mkdirSync(join(root, 'config'))
const write = (name: string, text: string) => writeFileSync(join(root, 'config', name), text)

t.test('what the shipped files show is what the schema defaults to', async t => {
  const shipped = (name: string) =>
    parse(readFileSync(resolve(import.meta.dirname, '../../config', name), 'utf8'))
  t.same(shipped('server.toml'), serverSchema.parse({}))
  t.same(shipped('bootstrap.toml'), bootstrapSchema.parse({}))
})

t.test('later layers override earlier ones, key by key', async t => {
  write('server.toml', '[api]\nport = 8000\nhost = "127.0.0.1"\n')
  write('server.local.toml', '[api]\nport = 8100\n')
  t.equal(serverSettings(root, {}).values.api.port, 8100)
  t.equal(serverSettings(root, {}).values.api.host, '127.0.0.1')
  const environment = { DEBUG_SERVER__API__PORT: '8200', DEBUG_SERVER__RUNNER__GRACE_SECONDS: '1.5' }
  const settings = serverSettings(root, environment)
  t.equal(settings.values.api.port, 8200)
  t.equal(settings.values.runner.grace_seconds, 1.5)
  t.equal(settings.origin('api.port'), 'the environment')
})

t.test('a value was asked for unless the project shipped it', async t => {
  write('server.toml', '[api]\nport = 8000\n')
  write('server.local.toml', '[proxy]\nport = 9000\n')
  const settings = serverSettings(root, {})
  t.equal(wasAskedFor(settings, 'api.port'), false)
  t.equal(wasAskedFor(settings, 'proxy.port'), true)
  t.equal(wasAskedFor(settings, 'api.host'), false, 'a default of the schema')
})

t.test('text that is no TOML names its place', async t => {
  write('server.local.toml', '[api]\nport = = 3\n')
  t.throws(() => serverSettings(root, {}), { name: 'UserError', message: /config\/server\.local\.toml:2:/ })
  rmSync(join(root, 'config/server.local.toml'))
})

t.test('a value of the environment that looks like no TOML is text', async t => {
  t.equal(serverSettings(root, { DEBUG_SERVER__API__HOST: '::1' }).values.api.host, '::1')
  t.throws(() => serverSettings(root, { DEBUG_SERVER__API__PORT: 'many' }), {
    name: 'UserError',
    message: /the environment: api\.port: .*expected number/,
  })
})

t.test('the store is where DEBUG_SERVER_DB_URL says', async t => {
  const at = (url?: string) => openWorkspace(root, { DEBUG_SERVER_DB_URL: url }).storeFile
  t.equal(at(), join(root, '.artifacts/data/metadata.db'))
  t.equal(at('sqlite:other.db'), join(root, 'other.db'))
  t.equal(at('sqlite:/var/x.db'), '/var/x.db')
  t.equal(at('sqlite:///var/x.db'), '/var/x.db')
  t.throws(() => at('postgres://user:secret@host/db'), {
    name: 'UserError',
    message: /which is no SQLite address/,
  })
  t.throws(() => at('postgres://user:secret@host/db'), { message: /^(?!.*secret)/ })
})
