import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t from 'tap'
import { parse } from 'toml'
import { applyReset, localFiles, makeLocalFiles, planReset } from '../../config/local-files.ts'
import { localText } from '../../config/local-text.ts'
import { documentNames, documents } from '../../config/schema.ts'
import { withoutKeys } from '../../config/without-keys.ts'
import { createWorkspace, type Workspace } from './rig.ts'

const shippedPath = (name: string) => resolve(import.meta.dirname, '../../config', name)

function ship({ root }: Workspace): void {
  for (const document of documentNames)
    copyFileSync(shippedPath(`${document}.toml`), join(root, 'config', `${document}.toml`))
}

/** What tables hold but tables. */
const valuesIn = (table: object): unknown[] =>
  Object.values(table).flatMap(value => (typeof value === 'object' ? valuesIn(value) : [value]))

t.test('a new local file sets nothing, and with its signs taken away every key to its default', async t => {
  for (const document of documentNames) {
    const text = localText(document, readFileSync(shippedPath(`${document}.toml`), 'utf8'))
    t.same(valuesIn(parse(text)), [])
    const taken = parse(text.replace(/^#(?! )/gm, ''))
    if (document === 'bootstrap') delete taken.environment.use_conda
    t.same(taken, documents[document].parse({}))
    t.match(text, new RegExp(`^# What this clone changes of config/${document}\\.toml`))
    t.notMatch(text, /Every key is shown/, 'the words of the shipped file about itself')
  }
  t.equal(
    localText('server', '# Head.\n\n# A list.\na = [\n  1,\n]\n# b = 1\n'),
    localText('server', '')
      .replace(/$/, '\n# A list.\n#a = [\n#  1,\n#]\n#b = 1\n')
      .replace(/defaults\.\n\n\n/, 'defaults.\n\n'),
    'values over lines',
  )
})

t.test('local files are made once, and anew only when told so', async t => {
  const workspace = createWorkspace(t)
  ship(workspace)
  const { root, write, problems } = workspace
  write('server.local.toml', '[api]\nport = 1\n')
  await t.rejects(makeLocalFiles(root, { force: false }), {
    name: 'UserError',
    message: 'already there: config/server.local.toml',
  })
  t.notOk(existsSync(join(root, 'config/bootstrap.local.toml')), 'the other is not made either')
  t.same(
    await makeLocalFiles(root, { force: true }),
    localFiles.map(({ name }) => name),
  )
  t.same(problems(), [])
  t.equal(
    withoutKeys(readFileSync(join(root, 'config/server.local.toml'), 'utf8'), () => true).removed.length,
    0,
  )
})

const removals: Record<string, [before: string, unwanted: string[], after: string | undefined]> = {
  'one key, and the comments of others': [
    '# mine\n[api]\n# why\nport = 1 # gone\nhost = "x" # stays\n',
    ['api.port'],
    '# mine\n[api]\n# why\nhost = "x" # stays\n',
  ],
  'a value over lines': [
    'a = 1\nb = [\n 1,\n]\nc = """\nb = 1\n"""\n',
    ['b'],
    'a = 1\nc = """\nb = 1\n"""\n',
  ],
  'the last key of a section': [
    '[api]\nport = 1\n\n[proxy]\nport = 2\n',
    ['api.port'],
    '[proxy]\nport = 2\n',
  ],
  'a whole section, however it is written': [
    'api.port = 1\nx = 1\n[api.deep]\nz = 1\n[proxy]\nport = 2\n',
    ['api'],
    'x = 1\n[proxy]\nport = 2\n',
  ],
  'a section with a comment of its own': ['[api] # mine\nport = 1\n', ['api.port'], '[api] # mine\n'],
  'the last of all': ['[api]\nport = 1\n', ['api.port'], undefined],
  'all but a comment': ['# mine\nx = 1\n', ['x'], '# mine\n'],
  'an inline table as a whole': ['api = { port = 1 }\nx = 1\n', ['api'], 'x = 1\n'],
  'what is not there': ['[api]\n\nport = 1\n', ['proxy.port'], '[api]\n\nport = 1\n'],
  'Windows line ends': ['[api]\r\nport = 1\r\nhost = "x"\r\n', ['api.port'], '[api]\r\nhost = "x"\r\n'],
  'a quoted key': ['[api]\n"port" = 1\nhost = "x"', ['api.port'], '[api]\nhost = "x"\n'],
  'the last line, without a line end': ['x = 1\r\ny = 2', ['y'], 'x = 1\n'],
}

for (const [name, [before, unwanted, after]] of Object.entries(removals))
  t.test(`removing ${name}`, async t => {
    const isUnwanted = (path: readonly string[]) =>
      unwanted.some(key => `${path.join('.')}.`.startsWith(`${key}.`))
    t.equal(withoutKeys(before, isUnwanted).text, after)
    t.doesNotThrow(() => parse(after ?? ''))
  })

t.test('a key in the middle of an inline table is left to a person', async t => {
  const { text, removed, stuck } = withoutKeys(
    'api = { host = "x", port = 1 }',
    path => path.at(-1) === 'port',
  )
  t.same(
    { text, removed, stuck },
    {
      text: 'api = { host = "x", port = 1 }',
      removed: [],
      stuck: [{ path: ['api', 'port'], line: 1 }],
    },
  )
})

t.test('a reset takes out of both files what they set', async t => {
  const { root, write } = createWorkspace(t)
  const server = write('server.local.toml', '[api]\nport = 1\n[proxy]\n# mine\nport = 2\n')
  const bootstrap = write('bootstrap.local.toml', '[environment]\nname = "x"\nold_key = 1\n')
  const reset = async (...names: string[]) => {
    const changes = planReset(root, names)
    await applyReset(root, changes)
    return changes.flatMap(({ removed }) => removed)
  }
  t.same(await reset('api.host'), [], 'not set')
  t.same(
    await reset('environment.old_key', 'api'),
    ['environment.old_key', 'api.port'],
    'an unknown key as well',
  )
  t.throws(() => planReset(root, ['environment.nam']), {
    message: 'there is no key environment.nam',
    fix: 'did you mean environment.name?',
  })
  t.same(await reset(), ['environment.name', 'proxy.port'], 'everything')
  t.notOk(existsSync(bootstrap), 'nothing was left')
  t.equal(readFileSync(server, 'utf8'), '[proxy]\n# mine\n')
  t.same(await reset(), [])
})

t.test('what cannot be changed is not', async t => {
  const { root, write } = createWorkspace(t)
  const cases: Record<string, RegExp> = {
    'api = { port = 1, host = "x" }':
      /^config\/server\.local\.toml:1: api\.port stands in the middle of a table$/,
    'api = = 1': /^config\/server\.local\.toml:1:7: cannot be read as TOML/,
  }
  for (const [text, message] of Object.entries(cases)) {
    const file = write('server.local.toml', text)
    t.throws(() => planReset(root, ['api.port']), { name: 'UserError', message })
    t.equal(readFileSync(file, 'utf8'), text)
  }
  mkdirSync(join(root, 'config/bootstrap.local.toml'))
  t.throws(() => planReset(root, []), { message: /bootstrap\.local\.toml: is a directory/ })
})
