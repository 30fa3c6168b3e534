import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { cli, createPlace, finish, importTask, Running } from './cli-rig.ts'

t.setTimeout(240_000)

const place = createPlace(t)
place.write(
  'Taskfile.ts',
  `${importTask}
import { mkdirSync } from 'node:fs'
const settings = task({ describe: 'Read the settings', run: () => 8000 })
const build = task({
  describe: 'Build it\\nwith more words',
  needs: { settings },
  run: ({ settings }, { print, log, root }) => {
    mkdirSync(root + '/built', { recursive: true })
    log('building')
    print('port ' + settings + '\\n')
  },
})
const words = task({
  describe: 'Print words',
  params: z => ({
    words: z.array(z.string()).default([]).describe('any').meta({ positional: true, value: 'WORD' }),
    list: z.boolean().default(true),
    times: z.coerce.number().int().min(1).default(1).describe('how often').meta({ short: 'x', env: 'TIMES', value: 'N' }),
  }),
  rest: 'printed, too',
  run: (_, { params: { words, list, times }, rest, print }) => print(JSON.stringify([words, list, times, rest]) + '\\n'),
})
const one = task({
  describe: 'Print one of two',
  params: z => ({ side: z.enum(['left', 'right']).meta({ positional: true }), force: z.boolean().default(false) }),
  run: (_, { params, print }) => print(JSON.stringify(params) + '\\n'),
})
const echo = task({ describe: 'A command', run: ['echo', 'said'] })
const asks = task({
  describe: 'Asks',
  run: async (_, { confirm, print }) => print(confirm === undefined ? 'nobody' : String(await confirm('?'))),
})
const fail = task({ describe: 'Fail', needs: { settings }, run: (_, { exec }) => exec('sh', ['-c', 'echo said; exit 7']) })
const stray = task({
  describe: 'Throw beside',
  run: (_, { signal }) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason))
      setImmediate(() => { throw new RangeError('beside') })
    }),
})
const down = task({ describe: 'x', run: () => { throw new RangeError('a bug') } })
const where = task({ describe: 'x', run: (_, { exec, print }) => exec('pwd', [], { output: 'capture' }).then(({ stdout }) => print(process.cwd() + ' ' + stdout)) })
const idle = task({ describe: 'never returns', run: (_, { signal }) => new Promise((_, no) => signal.addEventListener('abort', () => no(signal.reason))) })
const round = task({ describe: 'x', needs: () => ({ round }), run: () => {} })
export default { build, 'db:words': words, one, echo, asks, fail, stray, down, where, idle, round, settings }
`,
)
const cwd = place.path
const run = (...args: string[]) => finish(args, { cwd })

t.test('a listing is whole, and does not wait for what a Taskfile has left open', async t => {
  const other = createPlace(t)
  other.write(
    'Taskfile.ts',
    `${importTask}
setInterval(() => {}, 1_000)
export default Object.fromEntries(
  Array.from({ length: 2_000 }, (_, i) => ['t' + i, task({ describe: 'x'.repeat(100), run() {} })]),
)`,
  )
  // More than a pipe holds, and nobody reads it at first.
  const running = new Running(
    'sh',
    ['-c', '"$0" "$1" --list | (sleep 0.3; tail -1)', process.execPath, cli],
    {
      cwd: other.path,
    },
  )
  t.equal(await running.end(), 0)
  t.equal(running.stdout, `  t1999  ${'x'.repeat(100)}\n`)
})

t.test('--list', async t => {
  const { code, stdout, stderr } = await run('--list')
  t.equal(code, 0)
  t.equal(stderr, '')
  t.match(stdout, /^ {2}build {5}Build it\n {2}db:words {2}Print words\n/)
  const { stdout: json } = await run('--list', '--json')
  const { taskfile, tasks } = JSON.parse(json)
  t.equal(taskfile, join(cwd, 'Taskfile.ts'))
  t.same(tasks[0], { name: 'build', describe: 'Build it\nwith more words' })
  t.match(tasks[1], {
    name: 'db:words',
    describe: 'Print words',
    usage: '[WORD…] [--list] [--times N] [-- WORD…]',
    params: [
      { name: 'words', variadic: true },
      { flag: '--list' },
      { short: '-x', env: 'TIMES', default: '1' },
    ],
    rest: 'printed, too',
  })
})

t.test('without a task: help with the list; with one: help for it', async t => {
  for (const args of [[], ['--help'], ['-h']]) {
    t.match(await run(...args), {
      code: 0,
      stdout: /^Usage: task[\s\S]*--plan[\s\S]*\nTasks:\n {2}build/,
      stderr: '',
    })
  }
  t.match(await run('db:words', '--help'), {
    code: 0,
    stdout: `Print words

Usage: task db:words [WORD…] [--list] [--times N] [-- WORD…]

Parameters:
  WORD…          any
      --list     (on by default, --no-list turns it off)
  -x, --times N  how often (default 1; or TIMES in the environment)

After --:
  WORD…  printed, too
`,
  })
  t.match(await run('build', '--help'), {
    code: 0,
    stdout: /^Build it\nwith more words\n\nUsage: task build\n$/,
  })
  t.match(await run('--version'), { code: 0, stdout: /^task \d+\.\d+\.\d+, Node 2\d\./ })
})

t.test('--plan prints the plan and does nothing at all', async t => {
  const before = readdirSync(cwd)
  const { code, stdout } = await run('--plan', '--jobs', '3', 'fail', 'build')
  t.equal(code, 0)
  t.equal(
    stdout,
    '1  settings  always runs\n2  fail  always runs  after settings\n3  build  always runs  after settings\n3 tasks, 3 at once: 3 run\n',
  )
  t.match(await run('-j3', '--plan', 'db:words', 'a'), { code: 0, stdout: /\n1 task, 3 at once: 1 runs\n$/ })
  t.same(readdirSync(cwd), before)
  t.match(await run('--plan', 'db:words', 'a', '-x2', '--', '--b'), {
    stdout: /^1 {2}db:words a -x2 -- --b {2}always runs\n1 task, /,
  })
})

t.test('a run: what tasks print goes to stdout, and nothing else does', async t => {
  const { code, stdout, stderr } = await run('build')
  t.equal(code, 0)
  t.equal(stdout, 'port 8000\n')
  t.match(
    stderr,
    /^\d\d:\d\d:\d\d {2}settings {2}started\n[\s\S]*build {5}│ building\n[\s\S]*done in[\s\S]*2 tasks done in/,
  )
  t.ok(readdirSync(cwd).includes('built'))
})

t.test('several tasks in one call, each with its words, options between them', async t => {
  const { code, stdout, stderr } = await run(
    'one',
    'left',
    '--jobs=1',
    '--force',
    'echo',
    '--no-color',
    'db:words',
    'x',
    '--jobs',
    '1',
    '--no-list',
    '--',
    '--list',
  )
  t.equal(code, 0, stderr)
  t.equal(stdout, '{"side":"left","force":true}\n[["x"],false,1,["--list"]]\n')
  t.match(stderr, /│ said\n[\s\S]*3 tasks done/)
})

t.test('words belong to the task', async t => {
  const cases: [words: string[], printed: unknown[], env?: Record<string, string>][] = [
    [
      ['a', '-', '-5', '--no-list', '-x', '2'],
      [['a', '-', '-5'], false, 2, []],
    ],
    [
      ['--', '--help', 'b', '--'],
      [[], true, 1, ['--help', 'b', '--']],
    ],
    [
      ['-x4', '--summary', 'b', '--times=3'],
      [['b'], true, 3, []],
    ],
    [[], [[], true, 1, []]],
    [[], [[], true, 7, []], { TIMES: '7' }],
    [['-x', '8'], [[], true, 8, []], { TIMES: '7' }],
    [[], [[], true, 1, []], { TIMES: '' }],
  ]
  for (const [words, printed, env = {}] of cases) {
    const { stdout, stderr } = await finish(['db:words', ...words], { cwd, env })
    t.equal(stdout, `${JSON.stringify(printed)}\n`, `${words.join(' ')} ${stderr}`)
  }
  t.match((await run('echo', '--', '-n', 'x')).stderr, /│ said -n x\n/, 'a command gets them')
})

t.test('questions: --yes answers them, and without a terminal there is nobody', async t => {
  t.equal((await run('asks')).stdout, 'nobody')
  for (const words of [
    ['asks', '--yes'],
    ['-y', 'asks'],
    ['asks', '-y'],
  ])
    t.equal((await run(...words)).stdout, 'true', words.join(' '))
})

t.test('a failure: log, reason, what to type again, code 1', async t => {
  const { code, stdout, stderr } = await run('fail')
  t.equal(code, 1)
  t.equal(stdout, '')
  t.match(
    stderr,
    /✖ fail failed after[\s\S]*│ said\n\n {2}sh -c 'echo said; exit 7' exited with code 7\n\n {2}again: npx task fail\n/,
  )
  t.notMatch(stderr, /\n\s+at /, 'a command that fails is no bug')
  const bug = await run('down')
  t.match(bug, { code: 1, stderr: /RangeError: a bug\n {6}at [^\n]*Taskfile\.ts:\d+/ })
  t.notMatch(bug.stderr, /tasks\/engine/, 'the stack is the task’s')
  const named = await run('--taskfile', join(cwd, 'Taskfile.ts'), 'fail')
  t.match(named.stderr, `again: npx task --taskfile '${join(cwd, 'Taskfile.ts')}' fail\n`)
})

t.test('what a task throws outside of its promise fails the run', async t => {
  t.match(await run('stray'), { code: 1, stderr: /thrown outside of any task:\nRangeError: beside/ })
})

const mistakes: { args: string[]; code: number; stderr: RegExp }[] = [
  { args: ['why', 'biuld'], code: 2, stderr: /^unknown task "biuld"\n/ },
  { args: ['cache', 'prune', '--max-size', '5x'], code: 2, stderr: /^--max-size 5x: not a size\n/ },
  { args: ['biuld'], code: 2, stderr: /^unknown task "biuld"\n/ },
  { args: ['buil'], code: 2, stderr: /^unknown task "buil"\n {2}did you mean "build"\?\n$/ },
  { args: ['--lsit'], code: 2, stderr: /^unknown option "--lsit"\n/ },
  { args: ['--lis'], code: 2, stderr: /^unknown option "--lis"\n {2}did you mean "--list"\?\n$/ },
  { args: ['build', '--foo'], code: 2, stderr: /^unknown option "--foo"\n {2}see task --help\n$/ },
  { args: ['one', '--foo'], code: 2, stderr: /^unknown option "--foo"\n {2}see task one --help\n$/ },
  {
    args: ['db:words', '--tims=2'],
    code: 2,
    stderr: /^unknown option "--tims"\n {2}did you mean "--times"\?\n$/,
  },
  {
    args: ['db:words', '--sumary'],
    code: 2,
    stderr: /^unknown option "--sumary"\n {2}did you mean "--summary"\?/,
  },
  {
    args: ['one', 'lft'],
    code: 2,
    stderr: /^SIDE is "lft", expected one of left, right\n {2}did you mean "left"\?\n$/,
  },
  { args: ['one'], code: 2, stderr: /^SIDE is missing\n {2}usage: task one SIDE \[--force\]\n$/ },
  { args: ['one', 'left', 'rite'], code: 2, stderr: /^unknown task "rite"/ },
  {
    args: ['one', 'left', 'one', 'right'],
    code: 2,
    stderr: /^"one" is named twice: with left, and with right\n/,
  },
  { args: ['db:words', '-x'], code: 2, stderr: /^-x needs a value: -x N\n$/ },
  { args: ['db:words', '--no-list=1'], code: 2, stderr: /^--no-list takes no value: --no-list=1\n/ },
  {
    args: ['--json', 'db:words'],
    code: 2,
    stderr: /^--json goes with --list\n$/,
  },
  { args: ['cache', 'prune', 'x'], code: 2, stderr: /^task cache takes no "x"\n {2}usage: task cache prune/ },
  {
    args: ['graph', '--format', 'dt'],
    code: 2,
    stderr: /^--format is "dt", expected one of .*\n {2}did you mean "dot"/,
  },
  { args: ['graph', 'bild'], code: 2, stderr: /^unknown task "bild"\n {2}did you mean "build"/ },
  { args: ['-x'], code: 2, stderr: /^unknown option "-x"/ },
  { args: ['--'], code: 2, stderr: /^"--" comes after the name of a task\n/ },
  { args: ['build', '--', 'x'], code: 2, stderr: /^"build" takes no words after "--": x\n/ },
  { args: ['--jobs', '0', 'build'], code: 2, stderr: /^--jobs 0: not a number of tasks\n {2}a whole number/ },
  { args: ['--jobs', '-1', 'build'], code: 2, stderr: /^--jobs -1/ },
  { args: ['--jobs'], code: 2, stderr: /^--jobs needs a value: --jobs N\n/ },
  { args: ['-j0', 'build'], code: 2, stderr: /^--jobs 0: not a number of tasks/ },
  { args: ['-lx'], code: 2, stderr: /^unknown option "-lx"/ },
  { args: ['--plan'], code: 2, stderr: /^no task is named\n {2}see task --list\n$/ },
  { args: ['-j2'], code: 2, stderr: /^no task is named/ },
  { args: ['--json'], code: 2, stderr: /^--json goes with --list/ },
  { args: ['--list=yes'], code: 2, stderr: /^--list takes no value/ },
  { args: ['build', '--json'], code: 2, stderr: /^--json goes with --list/ },
  { args: ['build', '--taskfile', 'x'], code: 2, stderr: /^--taskfile comes before the names of tasks/ },
  { args: ['round'], code: 1, stderr: /^tasks that need each other: round → round\n/ },
  { args: ['--taskfile', '/no/such', 'a'], code: 1, stderr: /^there is no Taskfile at \/no\/such\n$/ },
]
t.test('mistakes', async t => {
  for (const { args, code, stderr } of mistakes) {
    const result = await run(...args)
    t.match(result, { code, stderr, stdout: '' }, args.join(' '))
  }
})

t.test('the Taskfile of the nearest directory, and commands run there', async t => {
  place.write('inner/deep/x', '')
  const result = await finish(['where'], { cwd: join(cwd, 'inner/deep') })
  t.equal(result.stdout, `${join(cwd, 'inner/deep')} ${cwd}\n`)
  place.write(
    'inner/Taskfile.ts',
    `${importTask} export default { mine: task({ describe: 'Mine', run: () => {} }) }`,
  )
  t.equal((await finish(['--list'], { cwd: join(cwd, 'inner/deep') })).stdout, '  mine  Mine\n')
})

const taskfiles: { name: string; text: string; stderr: RegExp }[] = [
  {
    name: 'throws',
    text: `const x = 1\nthrow new Error('oops')`,
    stderr: /^(.*)throws\.ts cannot be loaded:\n {2}Error: oops\n[\s\S]*throws\.ts:2/,
  },
  { name: 'broken', text: 'export default {', stderr: /broken\.ts cannot be loaded:\n[\s\S]*broken\.ts:1/ },
  { name: 'strange', text: 'throw 42', stderr: /strange\.ts cannot be loaded:\n {2}it throws 42/ },
  {
    name: 'lonely',
    text: `import './no-such-file.ts'`,
    stderr: /lonely\.ts cannot be loaded:\n[\s\S]*no-such-file\.ts/,
  },
  {
    name: 'none',
    text: 'export const a = 1',
    stderr: /none\.ts has no default export\n {2}export tasks by name/,
  },
  { name: 'wrong', text: 'export default { a: 1 }', stderr: /wrong\.ts: "a" is a number, not a task\n/ },
  {
    name: 'taken',
    text: `${importTask} export default { runs: task({ describe: 'x', run() {} }) }`,
    stderr: /taken\.ts: "runs" is a word of the task command/,
  },
]
t.test('Taskfiles that are none', async t => {
  for (const { name, text, stderr } of taskfiles) {
    const path = place.write(`${name}.ts`, text)
    const result = await run('--taskfile', path, '--list')
    t.match(result, { code: 1, stderr, stdout: '' }, name)
    t.notMatch(result.stderr, /node:internal|load-taskfile/, `${name}: no lines of ours or of Node`)
  }
})

t.test('colours', async t => {
  const cases: { args?: string[]; env?: Record<string, string>; coloured: boolean }[] = [
    { coloured: false },
    { env: { FORCE_COLOR: '1' }, coloured: true },
    { env: { FORCE_COLOR: '0' }, coloured: false },
    { env: { FORCE_COLOR: '1', NO_COLOR: '1' }, coloured: false },
    { args: ['--no-color'], env: { FORCE_COLOR: '1' }, coloured: false },
  ]
  for (const { args = [], env = {}, coloured } of cases) {
    const { stderr } = await finish([...args, 'build'], { cwd, env })
    t.equal(stderr.includes('\x1b[32m'), coloured, JSON.stringify({ args, env }))
  }
})
