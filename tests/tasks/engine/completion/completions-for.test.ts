import t from 'tap'
import { completionsFor } from '../../../../tasks/engine/completion/completions-for.ts'
import type { World } from '../../../../tasks/engine/completion/world.ts'
import type { ParamDeclaration } from '../../../../tasks/engine/params/declaration.ts'

const flag = (name: string, more: Partial<ParamDeclaration> = {}): ParamDeclaration => ({
  name,
  flag: `--${name}`,
  kind: 'value',
  positional: false,
  variadic: false,
  required: false,
  value: name.toUpperCase(),
  ...more,
})

const params: Readonly<Record<string, readonly ParamDeclaration[]>> = {
  build: [
    flag('target', { short: '-t', choices: ['es5', 'esnext'], describe: 'for what' }),
    flag('minify', { kind: 'boolean', default: 'true' }),
    flag('debug', { kind: 'boolean', default: 'false' }),
    flag('port', { value: 'N' }),
    flag('out'),
    flag('define', { kind: 'list' }),
    flag('force', { kind: 'boolean' }),
  ],
  restart: [flag('service', { positional: true, required: true, choices: ['web', 'api'] })],
  stop: [flag('services', { positional: true, kind: 'list', variadic: true, choices: ['web', 'api'] })],
  print: [flag('file', { positional: true })],
}

const world: World = {
  tasks: async taskfile =>
    taskfile === undefined
      ? ['build', 'db:up', 'restart', 'stop', 'print'].map(text => ({ text, describe: `do ${text}` }))
      : [{ text: `of ${taskfile}` }],
  paramsOf: async (name, taskfile) => (taskfile === undefined ? (params[name] ?? []) : []),
  runs: async () => [
    { id: 'r3', outcome: 'running', words: ['build'] },
    { id: 'r2', outcome: 'killed', words: ['db:up', '--force'] },
    { id: 'r1', outcome: 'succeeded', words: ['build'] },
  ],
  processors: 6,
}

const tasks = ['build', 'db:up', 'restart', 'stop', 'print']
const subcommands = ['runs', 'why', 'graph', 'resume', 'cache', 'completions']
const forTasks = [
  '--plan',
  '--jobs',
  '--keep-going',
  '--force',
  '--only',
  '--watch',
  '--yes',
  '--reporter',
  '--trace',
  '--summary',
  '--no-color',
  '--help',
]
const first = [
  '--list',
  ...forTasks.slice(0, 7),
  '--taskfile',
  ...forTasks.slice(7, 11),
  '--version',
  '--help',
]
const without = (all: readonly string[], ...gone: string[]) => all.filter(text => !gone.includes(text))

/** What was typed up to the cursor: the last word is the one there. */
const tables: Readonly<
  Record<string, readonly (readonly [typed: string, candidates: readonly string[], files?: number])[]>
> = {
  'the first word': [
    ['', [...tasks, ...subcommands]],
    ['b', [...tasks, ...subcommands]],
    ['--keep-going ', [...tasks, ...subcommands]],
    ['--unknown ', [...tasks, ...subcommands]],
    ['-j2 --reporter json ', [...tasks, ...subcommands]],
  ],
  'options of task': [
    ['-', first],
    ['-x --', first],
    ['--re', first],
    ['--list --', ['--plan', '--jobs', ...first.slice(3, 12), '--json', ...first.slice(12)]],
    ['--force -j 2 -', without(first, '--force', '--jobs')],
    ['--reporter json --', first],
    ['--taskfile ', [], 0],
    ['--taskfile x', [], 0],
    ['--taskfile=x', [], 11],
    ['-fx', [], 2],
    ['--trace ', [], 0],
    ['--jobs ', ['1', '2', '4', '6']],
    ['-j2', ['-j1', '-j2', '-j4', '-j6']],
    ['--jobs=', ['--jobs=1', '--jobs=2', '--jobs=4', '--jobs=6']],
    ['--reporter ', ['tree', 'plain', 'json', 'junit', 'github']],
    ['--reporter=', ['tree', 'plain', 'json', 'junit', 'github'].map(name => `--reporter=${name}`)],
    ['-r junit=', [], 6],
    ['--reporter=junit=x', [], 17],
  ],
  'another Taskfile': [
    ['--taskfile x ', ['of x', ...subcommands]],
    ['--taskfile=x ', ['of x', ...subcommands]],
    ['-fx ', ['of x', ...subcommands]],
    ['-f x restart ', ['of x']],
    ['-f x why ', ['of x']],
  ],
  'several tasks, each named once': [
    ['build ', without(tasks, 'build')],
    ['build --minify db:up --force ', without(tasks, 'build', 'db:up')],
    ['unknown ', tasks],
    ['build runs ', without(tasks, 'build')],
  ],
  'flags of a task, before those of task': [
    [
      'build --',
      [
        '--target',
        '--no-minify',
        '--debug',
        '--port',
        '--out',
        '--define',
        '--force',
        ...without(forTasks, '--force'),
      ],
    ],
    [
      'build --no-',
      [
        '--target',
        '--no-minify',
        '--minify',
        '--debug',
        '--no-debug',
        '--port',
        '--out',
        '--define',
        '--force',
        '--no-force',
        ...without(forTasks, '--force'),
      ],
    ],
    [
      'build -t es5 --define a --debug --',
      ['--no-minify', '--port', '--out', '--define', '--force', ...without(forTasks, '--force')],
    ],
    ['build db:up --', forTasks],
    [
      'build --jobs 2 --summary --',
      [
        '--target',
        '--no-minify',
        '--debug',
        '--port',
        '--out',
        '--define',
        '--force',
        ...without(forTasks, '--force', '--jobs', '--summary'),
      ],
    ],
  ],
  'values of flags': [
    ['build --target ', ['es5', 'esnext']],
    ['build -t ', ['es5', 'esnext']],
    ['build -te', ['-tes5', '-tesnext']],
    ['build --target=es', ['--target=es5', '--target=esnext']],
    ['build --port ', []],
    ['build --out ', [], 0],
    ['build --out=d', [], 6],
    ['build --out --port --target ', ['es5', 'esnext']],
    ['build --target es5 --jobs ', ['1', '2', '4', '6']],
  ],
  positionals: [
    ['restart ', ['web', 'api']],
    ['restart web ', without(tasks, 'restart')],
    ['build restart ', ['web', 'api']],
    ['restart --service ', ['web', 'api']],
    ['restart --service web ', without(tasks, 'restart')],
    ['restart --service web --', forTasks],
    ['stop ', ['web', 'api']],
    ['stop api ', ['web']],
    ['stop api web ', []],
    ['print ', [], 0],
    ['print -5', [], 0],
    ['print x ', without(tasks, 'print')],
  ],
  'nothing behind --': [
    ['build -- ', []],
    ['build -- --', []],
    ['-- ', []],
    ['restart -- x ', []],
  ],
  subcommands: [
    ['why ', tasks],
    ['why build ', ['--json', '--no-color', '--help']],
    ['why -', ['--json', '--no-color', '--help']],
    ['why build --json --', ['--no-color', '--help']],
    ['graph ', tasks],
    ['graph build ', without(tasks, 'build')],
    ['graph build --format ', ['mermaid', 'dot', 'json']],
    ['graph --format=', ['--format=mermaid', '--format=dot', '--format=json']],
    ['graph --', ['--format', '--no-color', '--help']],
    ['resume ', ['r2']],
    ['runs ', ['r3', 'r2', 'r1']],
    ['cache ', ['prune']],
    ['cache prune --max-size ', []],
    ['completions ', ['bash', 'zsh', 'fish']],
    ['--no-color completions ', ['bash', 'zsh', 'fish']],
  ],
}

for (const [name, table] of Object.entries(tables))
  t.test(name, async t => {
    for (const [typed, candidates, filesFrom] of table) {
      const words = typed.split(' ')
      const found = await completionsFor(words, words.length - 1, world)
      t.same(
        found.candidates.map(({ text }) => text),
        candidates,
        JSON.stringify(typed),
      )
      t.equal(found.filesFrom, filesFrom, `files: ${JSON.stringify(typed)}`)
    }
  })

t.test('what is told of them', async t => {
  const described = async (...words: string[]) => {
    const { candidates } = await completionsFor(words, words.length - 1, world)
    return Object.fromEntries(candidates.map(({ text, describe }) => [text, describe]))
  }
  t.match(await described(''), { build: 'do build', why: 'say what changed since a task ran last' })
  t.match(await described('build', '--'), {
    '--target': 'for what',
    '--yes': 'answer every question with yes',
  })
  t.match(await described('runs', ''), { r2: 'killed: task db:up --force', r3: 'running: task build' })
})

t.test('short names are there for who begins to type one', async t => {
  const texts = async (...words: string[]) =>
    (await completionsFor(words, words.length - 1, world)).candidates.map(({ text }) => text)
  t.ok((await texts('-j')).includes('-j'))
  t.ok((await texts('build', '-t')).includes('-t'))
  t.notOk((await texts('build', '-')).includes('-t'))
  t.ok((await texts('build', '--m')).includes('--minify'), 'what is on by default can be named too')
})

t.test('words behind the cursor do not count', async t => {
  const { candidates } = await completionsFor(['restart', '', '--', 'x'], 1, world)
  t.same(
    candidates.map(({ text }) => text),
    ['web', 'api'],
  )
})
