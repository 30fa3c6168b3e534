import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import t from 'tap'
import { parse } from 'toml'
import { keys } from '../../config/keys.ts'
import { placeText } from '../../config/place.ts'
import { bootstrapSchema, documentNames, documents, serverSchema } from '../../config/schema.ts'
import { bootstrapSettings, serverSettings, wasAskedFor } from '../../config/settings.ts'
import { tomlEntries } from '../../config/toml-entries.ts'
import { createWorkspace } from './rig.ts'

const shipped = (name: string) => readFileSync(resolve(import.meta.dirname, '../../config', name), 'utf8')

t.test('what the shipped files show is what the schema defaults to', async t => {
  t.same(parse(shipped('server.toml')), serverSchema.parse({}))
  t.same(parse(shipped('bootstrap.toml')), bootstrapSchema.parse({}))
})

t.test('the shipped files show every key, one without a default as a comment, and no other', async t => {
  for (const document of documentNames) {
    // With what is commented out in front of a value taken in.
    const whole = shipped(`${document}.toml`).replace(/^# ?(?=[a-z_]+ = )/gm, '')
    const shown = tomlEntries(whole)
      .filter(({ kind }) => kind === 'key')
      .map(({ path }) => path.join('.'))
    t.same(
      shown.sort(),
      keys
        .filter(key => key.document === document)
        .map(({ name }) => name)
        .sort(),
      document,
    )
  }
})

t.test('no two documents share a name at the top, so that one file may hold keys of both', async t => {
  const names = documentNames.flatMap(document => Object.keys(documents[document].shape))
  t.same(names, [...new Set(names)])
})

t.test('later layers override earlier ones, key by key, and each value knows where it was set', async t => {
  const { root, write } = createWorkspace(t)
  const named = write('named.toml', '# mine\n[api]\nport = 3\n[environment]\nname = "named"\n')
  const later = write('later.toml', '[proxy]\nport = 4\n')
  write('server.toml', '[api]\nport = 1\nhost = "127.0.0.1"\n[proxy]\nport = 1\n[runner]\nslots = 1\n')
  write('server.local.toml', '[api]\nport = 2\n[proxy]\nport = 2\n[runner]\nslots = 2\n')
  const environment = { DEBUG_SERVER_CONFIG: `${named}:${later}`, DEBUG_SERVER__RUNNER__SLOTS: '5' }
  const settings = serverSettings(root, environment)
  t.match(settings.values, {
    api: { host: '127.0.0.1', port: 3 },
    proxy: { port: 4 },
    runner: { slots: 5, grace_seconds: 5 },
  })
  const origins: Record<string, [place: string, asked: boolean]> = {
    'api.host': ['config/server.toml:3', false],
    'api.port': ['config/named.toml:3', true],
    'proxy.port': ['config/later.toml:2', true],
    'runner.slots': ['DEBUG_SERVER__RUNNER__SLOTS', true],
  }
  for (const [key, [place, asked]] of Object.entries(origins)) {
    const origin = settings.origin(key)
    t.equal(origin && placeText(origin.place()), place, key)
    t.equal(wasAskedFor(settings, key), asked, `${key} was asked for`)
  }
  t.equal(settings.origin('runner.grace_seconds'), undefined, 'a default of the schema')
  t.equal(wasAskedFor(settings, 'runner.grace_seconds'), false)
  t.equal(bootstrapSettings(root, environment).values.environment.name, 'named', 'the other document')
})

t.test('a local file may be named as well: it counts where it is named, and once', async t => {
  const { root, write, problems } = createWorkspace(t)
  const local = write('server.local.toml', '[api]\nport = 1\n')
  const other = write('other.toml', '[api]\nport = 2\n')
  const environment = { DEBUG_SERVER_CONFIG: `${other}:${local}` }
  t.equal(serverSettings(root, environment).values.api.port, 1)
  write('server.local.toml', '[api]\nprot = 1\n')
  t.equal(problems(environment).length, 1)
})

t.test('a variable is read as its key wants it', async t => {
  const { root } = createWorkspace(t)
  const cases: [name: string, text: string, value: unknown][] = [
    ['API__HOST', '::1', '::1'],
    ['API__PORT', '8_100', 8100],
    ['RUNNER__GRACE_SECONDS', ' 1.5 ', 1.5],
    ['RUNNER__GRACE_SECONDS', '', 5],
    ['ENVIRONMENT__PYTHON_VERSION', '3.12', '3.12'],
    ['ENVIRONMENT__NAME', 'true', 'true'],
    ['REPOSITORY__SUBMODULES', 'true', true],
    ['REQUIRED_BINARIES', 'git, make', ['git', 'make']],
    ['REQUIRED_BINARIES', '["git"]', ['git']],
    ['REQUIRED_BINARIES', '[]', []],
  ]
  for (const [name, text, expected] of cases) {
    const environment = { [`DEBUG_SERVER__${name}`]: text }
    const values = {
      ...bootstrapSettings(root, environment).values,
      ...serverSettings(root, environment).values,
    }
    const path = name.toLowerCase().split('__')
    const value = path.reduce<unknown>((table, part) => Object(table)[part], values)
    t.same(value, expected, `${name}=${text}`)
  }
})

t.test('all that is wrong is told by whoever reads only some of it', async t => {
  const { root, write } = createWorkspace(t)
  write('server.local.toml', '[api]\nport = 70000\n')
  write('bootstrap.local.toml', '[environment]\nmanger = "conda"\n')
  for (const read of [serverSettings, bootstrapSettings])
    t.throws(() => read(root, { DEBUG_SERVER__API__PROT: '1' }), {
      name: 'UserError',
      message: [
        'the configuration is not valid',
        '  config/bootstrap.local.toml:2: unknown key environment.manger; did you mean environment.manager?',
        '  config/server.local.toml:2: api.port = 70000: expected a whole number from 0 to 65535',
        '  DEBUG_SERVER__API__PROT: no setting has this name; did you mean DEBUG_SERVER__API__PORT?',
      ].join('\n'),
    })
})
