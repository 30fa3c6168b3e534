import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { jsonEvent } from '../../../tasks/reporters/json-events.ts'
import { createPlace, finish, importTask } from '../cli-rig.ts'

const place = createPlace(t)
const cwd = place.path
place.write(
  'Taskfile.ts',
  `${importTask}
const first = task({ describe: 'First', run: (_, { exec }) => exec('echo', ['one']) })
const good = task({ describe: 'Good', needs: { first }, run: (_, { print }) => print('printed\\n') })
const bad = task({ describe: 'Bad', needs: { first }, run: (_, { exec }) => exec('sh', ['-c', 'echo src/a.ts:3:7: no; exit 3']) })
const quiet = task({ describe: 'Quiet', run: () => {} })
export default { first, good, bad, quiet }
`,
)
place.write('src/a.ts', '')
const run = (...args: string[]) => finish(args, { cwd })
const read = (name: string) => readFileSync(join(cwd, name), 'utf8')

t.test('events on stdout, and nothing else', async t => {
  for (const [name, code] of [
    ['good', 0],
    ['bad', 1],
  ] as const) {
    const result = await run('--reporter', 'json', name)
    t.match(result, { code, stderr: '' })
    const events = result.stdout.trimEnd().split('\n')
    const types = events.map(line => jsonEvent.parse(JSON.parse(line)).type)
    t.match([types[0], types.at(-1)], ['run-started', 'run-finished'])
  }
})

t.test('a report on stdout', async t => {
  const { stdout, stderr, code } = await run('-r', 'junit', 'bad')
  t.match(
    { stdout, stderr, code },
    { code: 1, stderr: '', stdout: /^<\?xml[\s\S]*<failure[\s\S]*<\/testsuites>\n$/ },
  )
})

t.test('files beside what the screen shows', async t => {
  const files = [
    '-r',
    'json=out/e.ndjson',
    '-r',
    'junit=out/j.xml',
    '-r',
    'plain=out/p.log',
    '-r',
    'github=out/g.log',
  ]
  const result = await run(...files, '--trace', 'out/t.json', '--summary', 'good')
  t.match(result, { code: 0, stdout: 'printed\n', stderr: /good .*done in[\s\S]*Critical path/ })
  t.same(readdirSync(join(cwd, 'out')).sort(), ['e.ndjson', 'g.log', 'j.xml', 'p.log', 't.json'])
  t.match(read('out/e.ndjson'), /"run-finished"/)
  t.match(read('out/j.xml'), /tests="2" failures="0"/)
  t.match(read('out/p.log'), /good {3}printed\n.*good {3}done in/)
  t.match(read('out/g.log'), /::group::✔ first/)
  t.match(JSON.parse(read('out/t.json')), { traceEvents: Array })
})

t.test('a failure names its log and its command, and GitHub gets both', async t => {
  const plain = await run('bad')
  const [, file = ''] = /again: npx task bad\n {2}log: {3}(\S+)\n/.exec(plain.stderr) ?? []
  t.equal(read(file), 'src/a.ts:3:7: no\n')
  t.ok(existsSync(join(cwd, '.artifacts/task/logs/.gitignore')))
  const github = await finish(['bad'], { cwd, env: { GITHUB_ACTIONS: 'true', CI: 'true' } })
  t.match(
    github.stderr,
    /\n::error title=bad failed,file=src\/a\.ts,line=3,col=7::sh -c .*again: npx task bad%0Alog/,
  )
})

t.test('a task that says nothing leaves no log', async t => {
  const own = createPlace(t)
  own.write('Taskfile.ts', `${importTask}export default { quiet: task({ describe: 'x', run() {} }) }`)
  t.equal((await finish(['quiet'], { cwd: own.path })).code, 0)
  t.notOk(existsSync(join(own.path, '.artifacts/task/logs')))
})

t.test('wrong values', async t => {
  mkdirSync(join(cwd, 'directory'))
  const cases: [args: string[], code: number, stderr: string][] = [
    [['-r', 'jsn', 'quiet'], 2, 'unknown reporter "jsn"\n  did you mean "json"?\n'],
    [['-r', 'json='], 2, '--reporter json=: the name of the file is missing\n'],
    [
      ['-r', 'json', '-r', 'tree', 'quiet'],
      2,
      '--reporter json and tree both want the screen\n  give one a file: --reporter json=FILE\n',
    ],
    [['-r', 'json=x', '-r', 'junit=x', 'quiet'], 2, '--reporter json and junit both write x\n'],
    [
      ['-r', 'tree=x', 'quiet'],
      2,
      '--reporter tree draws in a terminal, not in a file\n  did you mean --reporter plain=x?\n',
    ],
    [['-r', 'tree', 'quiet'], 1, '--reporter tree needs a terminal\n  use --reporter plain here\n'],
    [['-r', 'junit=directory', 'quiet'], 1, 'directory is a directory, not a file for a report\n'],
    [['--trace', 'src/a.ts/x', 'quiet'], 1, 'src/a.ts/x cannot be written: EEXIST\n'],
    [['--summary'], 2, 'no task is named\n  see task --list\n'],
    [['--trace'], 2, '--trace needs a value: --trace FILE\n'],
  ]
  for (const [args, code, stderr] of cases)
    t.match(await run(...args), { code, stderr, stdout: '' }, args.join(' '))
})

t.test('a report that cannot be written fails the run, and hides nothing', async t => {
  const full = await run('-r', 'json=/dev/full', 'quiet')
  t.match(full, { code: 1, stderr: /1 task done[\s\S]*a report could not be written: ENOSPC/ })
})

t.test('help has the flags and examples', async t => {
  t.match(
    (await run('--help')).stdout,
    /-r, --reporter NAME\[=FILE\] [\s\S]*--trace FILE[\s\S]*Examples:\n {2}task /,
  )
})

t.test('a narrow terminal, with the tree and a summary', async t => {
  const { code, stdout } = await finish(['--summary', 'good'], { cwd, terminal: [12, 5] })
  t.equal(code, 0)
  t.match(stdout, /2 tasks done[\s\S]*Critical path/)
})
