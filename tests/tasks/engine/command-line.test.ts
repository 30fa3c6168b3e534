import t from 'tap'
import { readBeginning, readTargets } from '../../../tasks/engine/command-line.ts'
import { type Flags, noFlags } from '../../../tasks/engine/options.ts'
import type { ParamDeclaration } from '../../../tasks/engine/params/declaration.ts'

const make = (name: string, more: Partial<ParamDeclaration> = {}): ParamDeclaration => ({
  name,
  flag: `--${name}`,
  kind: 'value',
  positional: false,
  variadic: false,
  required: false,
  ...more,
})
const tasks: Record<string, readonly ParamDeclaration[]> = {
  build: [make('target', { short: '-t' }), make('force', { kind: 'boolean', short: '-f' }), make('jobs')],
  test: [make('kind', { positional: true }), make('json', { kind: 'boolean' })],
  all: [make('files', { positional: true, kind: 'list', variadic: true })],
  plain: [],
}

const readAll = (line: string) =>
  readTargets(readBeginning(line.split(' ').filter(Boolean)), async name => {
    const known = tasks[name]
    if (known === undefined) throw new Error(`unknown: ${name}`)
    return known
  })

const cases: {
  line: string
  targets: [name: string, words: string, rest?: string][]
  flags?: Partial<Flags>
}[] = [
  { line: 'plain', targets: [['plain', '']] },
  {
    line: 'plain plain',
    targets: [
      ['plain', ''],
      ['plain', ''],
    ],
  },
  {
    line: 'build --target web test --reporter plain',
    targets: [
      ['build', '--target web'],
      ['test', ''],
    ],
    flags: { reporters: [{ name: 'plain', file: undefined }] },
  },
  { line: 'build --force', targets: [['build', '--force']] },
  { line: '--force build', targets: [['build', '']], flags: { force: true } },
  {
    line: 'build plain --force',
    targets: [
      ['build', ''],
      ['plain', ''],
    ],
    flags: { force: true },
  },
  {
    line: 'build -f plain',
    targets: [
      ['build', '-f'],
      ['plain', ''],
    ],
  },
  {
    line: 'build --jobs 3 plain --jobs 4',
    targets: [
      ['build', '--jobs 3'],
      ['plain', ''],
    ],
    flags: { jobs: 4 },
  },
  { line: 'build -j3', targets: [['build', '']], flags: { jobs: 3 } },
  {
    line: 'test unit plain',
    targets: [
      ['test', 'unit'],
      ['plain', ''],
    ],
  },
  {
    line: 'test --kind unit plain',
    targets: [
      ['test', '--kind unit'],
      ['plain', ''],
    ],
  },
  { line: 'test plain', targets: [['test', 'plain']] },
  { line: 'all a plain --plan b', targets: [['all', 'a plain b']], flags: { plan: true } },
  { line: 'test --json', targets: [['test', '--json']] },
  { line: 'test --no-json', targets: [['test', '--no-json']] },
  { line: '--list --json', targets: [], flags: { list: true, json: true } },
  { line: 'plain --list --json', targets: [['plain', '']], flags: { list: true, json: true } },
  {
    line: 'plain test unit -- a --list',
    targets: [
      ['plain', ''],
      ['test', 'unit', 'a --list'],
    ],
  },
  { line: 'all a -- b -- c', targets: [['all', 'a', 'b -- c']] },
  { line: 'test --', targets: [['test', '']] },
  { line: 'build --help', targets: [['build', '']], flags: { help: true } },
  { line: 'build -t --', targets: [] },
  {
    line: '-k --only -w -y plain --trace x --summary',
    targets: [['plain', '']],
    flags: { keepGoing: true, only: true, watch: true, yes: true, trace: 'x', summary: true },
  },
]
for (const { line, targets, flags = {} } of cases)
  t.test(line, async t => {
    if (targets.length === 0 && line.startsWith('build')) {
      await t.rejects(readAll(line), { message: '-t needs a value: -t VALUE' })
      return
    }
    const read = await readAll(line)
    t.same(
      read.targets.map(({ name, words, rest }) => [name, words.join(' '), rest.join(' ')]),
      targets.map(([name, words, rest = '']) => [name, words, rest]),
    )
    t.same(read.flags, { ...noFlags, ...flags })
  })

const mistakes: [line: string, message: string, fix?: string][] = [
  ['--', '"--" comes after the name of a task'],
  ['--list --', '"--" comes after the name of a task'],
  ['--jbos 2 plain', 'unknown option "--jbos"', 'did you mean "--jobs"?'],
  ['build --traget x', 'unknown option "--traget"', 'did you mean "--target"?'],
  ['build --no-forc', 'unknown option "--no-forc"', 'did you mean "--no-force"?'],
  ['build --sumary', 'unknown option "--sumary"', 'did you mean "--summary"?'],
  ['build --xyz=1', 'unknown option "--xyz"', 'see task build --help'],
  ['plain --xyz', 'unknown option "--xyz"', 'see task --help'],
  ['plain -q', 'unknown option "-q"', 'see task --help'],
  ['plain --target web', 'unknown option "--target"'],
  ['--json test', '--json goes with --list', 'if it is meant for test: task test --json'],
  ['plain --json', '--json goes with --list'],
  ['plain --taskfile x', '--taskfile comes before the names of tasks'],
  ['plain --trace --', '--trace needs a value: --trace FILE'],
  ['--keep-going', 'no task is named', 'see task --list'],
  ['-w', 'no task is named'],
  ['--yes', 'no task is named'],
  ['--force=1 plain', '--force takes no value: --force=1'],
]
for (const [line, message, fix] of mistakes)
  t.test(`wrong: ${line}`, async t => {
    await t.rejects(async () => readAll(line), {
      name: 'UserError',
      message,
      ...(fix !== undefined && { fix }),
    })
  })
