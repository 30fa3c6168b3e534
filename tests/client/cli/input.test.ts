import t from 'tap'
import { fieldsOf } from '../../../client/cli/fields.ts'
import { layoutOf } from '../../../client/cli/flags.ts'
import { inputFrom, type Typed } from '../../../client/cli/input.ts'
import type { CliName } from '../../../client/cli/words/words.ts'
import { words } from '../../../client/cli/words.ts'
import { contract, operationNames } from '../../../services/contract/contract.ts'

const secrets: Record<string, string> = {
  'good.env': '# a comment\nTOKEN=hunter2=hunter2\r\n\nOTHER=with spaces \n',
  'bad.env': 'TOKEN=hunter2\nhunter2\n',
  'short.env': 'TOKEN=ab1\n',
}

const read = (name: CliName, typed: Partial<Typed>) => {
  const { input } = contract[name]
  return inputFrom(
    input,
    layoutOf(fieldsOf(input), words[name]),
    { places: [], rest: [], flags: {}, ...typed },
    {
      text: async (_, file) => (file.endsWith('.env') ? (secrets[file] ?? '') : `content of ${file}`),
      newSecret: async (_, file) => `new secret of ${file}`,
      secret: async (_, file) => `secret of ${file}`,
      patch: async (_, file, commit) => ({
        patch: `content of ${file}`,
        ...(file === '@working-tree' ? { commit: `on-${commit ?? 'HEAD'}` } : {}),
      }),
    },
  )
}

t.test('what is typed becomes the input of the operation', async t => {
  t.same(
    await read('sessions.create', {
      flags: { repository: 'demo', patch: 'a.diff', command: ['make', 'make test'] },
    }),
    { repository: 'demo', patch: 'content of a.diff', commands: ['make', 'make test'] },
  )
  t.same(
    await read('sessions.create', { flags: { repository: 'demo', commit: 'v1', patch: '@working-tree' } }),
    {
      repository: 'demo',
      commit: 'on-v1',
      patch: 'content of @working-tree',
    },
  )
  t.same(
    await read('commands.run', {
      places: ['@last'],
      rest: ['git', '--version'],
      flags: { env: ['A=1', 'B=x=y', 'C='], timeout: '10m', directory: 'src' },
    }),
    {
      session: '@last',
      command: ['git', '--version'],
      environment: { A: '1', B: 'x=y', C: '' },
      timeout: 600,
      directory: 'src',
    },
  )
  t.same(await read('commands.run', { places: ['@last'], flags: { shell: 'a | b' } }), {
    session: '@last',
    command: 'a | b',
  })
  t.same(
    await read('tokens.create', {
      places: ['ci'],
      flags: { scopes: ['cli, mcp', 'admin'], 'expires-in': '30d' },
    }),
    { name: 'ci', scopes: ['cli', 'mcp', 'admin'], expires_in: 2_592_000 },
  )
  t.same(await read('tokens.create', { places: ['ci'], flags: { scopes: [''] } }), { name: 'ci', scopes: [] })
  t.same(await read('sessions.logs', { places: ['@last'], flags: { follow: true } }), {
    session: '@last',
    follow: true,
  })
  t.same(
    await read('sessions.delete', { places: ['@last'] }),
    { session: '@last', wait: 30 },
    'where the words wait, the call does',
  )
})

t.test('secrets come from a file, and stand in no error', async t => {
  const create = (file: string) => read('sessions.create', { flags: { repository: 'demo', secrets: file } })
  t.same(await create('good.env'), {
    repository: 'demo',
    secrets: { TOKEN: 'hunter2=hunter2', OTHER: 'with spaces ' },
  })
  for (const [file, message] of [
    ['bad.env', /^--secrets bad\.env:2: expected NAME=VALUE$/],
    ['short.env', /^--secrets "short\.env": must have at least 4 characters/],
  ] as const) {
    const error: unknown = await create(file).catch(thrown => thrown)
    t.match(error, { message })
    t.notMatch(error, { message: /hunter2|ab1/ })
  }
})

t.test('what cannot be understood is named, with what is allowed', async t => {
  const refused: readonly [CliName, Partial<Typed>, message: RegExp, fix?: RegExp][] = [
    ['sessions.list', { flags: { limit: 'ten' } }, /^--limit "ten": expected a number$/],
    ['sessions.list', { flags: { limit: '0' } }, /^--limit "0": expected at least 1$/],
    [
      'debug.launch',
      { places: ['@last'], flags: { python: 'a.py', break: ['a.py:1', 'a.py', '/b.py:2'] } },
      /^--break "a\.py": expected FILE:LINE.*; --break "\/b\.py:2": expected FILE:LINE/,
    ],
    ['sessions.list', { flags: { limit: '1e3' } }, /^--limit "1e3": expected a number$/],
    ['sessions.list', { flags: { status: 'runing' } }, /^--status "runing": expected pending, /, /"running"/],
    ['sessions.create', {}, /^missing --repository NAME$/],
    ['sessions.create', { flags: { repository: '../x' } }, /^--repository "..\/x": expected letters/],
    ['sessions.create', { flags: { repository: 'a', commit: '-x' } }, /^--commit "-x": expected a commit id/],
    ['sessions.get', { places: ['nonsense!'] }, /^session "nonsense!": expected an id of the form ses_/],
    ['sessions.get', { places: ['a\x1b[2J'] }, /^session "a\\x1b\[2J": /],
    ['sessions.logs', { places: ['@last'], flags: { offset: '7' } }, /^--offset "7": .*command and stream/],
    ['sessions.logs', { places: ['@last'], flags: { offset: '-7' } }, /^--offset "-7": /],
    ['commands.run', { places: ['@last'] }, /^missing PROGRAM ARGUMENTS$/, /--shell LINE/],
    ['commands.run', { places: ['@last'], rest: ['a'], flags: { shell: 'b' } }, /^both --shell and "a"/],
    [
      'commands.run',
      { places: ['@last'], rest: ['a'], flags: { env: ['=1'] } },
      /^--env "=1": expected NAME=/,
    ],
    ['commands.run', { places: ['@last'], rest: ['a'], flags: { env: ['a b=1'] } }, /^--env "a b=1": .*name/],
    ['commands.run', { places: ['@last'], rest: ['a'], flags: { timeout: '5y' } }, /^--timeout "5y": .*10m/],
    [
      'commands.run',
      { places: ['@last'], rest: ['a'], flags: { timeout: '30d' } },
      /^--timeout "30d": .*604800/,
    ],
    ['commands.run', { places: ['@last'], rest: ['a'], flags: { directory: '/x' } }, /^--directory "\/x": /],
    [
      'tokens.create',
      { places: ['x'], flags: { scopes: ['sesions:read'] } },
      /^--scopes "sesions:read"/,
      /sessions:read/,
    ],
    ['tokens.create', { places: ['x'] }, /^missing --scopes SCOPE,SCOPE$/],
  ]
  for (const [name, typed, message, fix] of refused) {
    const error = { name: 'UserError', exitCode: 2, message, ...(fix === undefined ? {} : { fix }) }
    await t.rejects(read(name, typed), error, `${name} ${JSON.stringify(typed)}`)
  }
})

t.test('a long value is not repeated whole', async t => {
  const error: unknown = await read('sessions.get', { places: ['x'.repeat(500)] }).catch(error => error)
  t.ok(error instanceof Error && error.message.length < 200)
})

t.test(
  'every field of every operation for the CLI can be given, but for the waiting that it does itself',
  t => {
    const missing = operationNames.flatMap(name => {
      const operation: { surfaces: readonly string[] } = contract[name]
      if (!operation.surfaces.includes('cli')) return []
      const fields = fieldsOf(contract[name].input)
      const { places, rest, flags } = layoutOf(fields, words[name as CliName])
      const given = new Set(
        [...places, ...flags, ...(rest === undefined ? [] : [rest])].map(({ field }) => field.name),
      )
      return fields.filter(field => !given.has(field.name)).map(field => `${name} ${field.name}`)
    })
    t.same(missing, [
      'repositories.add wait',
      'repositories.fetch wait',
      'sessions.create wait',
      'sessions.get_or_create wait',
      'sessions.resume wait',
    ])
    t.end()
  },
)
