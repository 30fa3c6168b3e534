import t from 'tap'
import { createPlace, finish, importTask, start } from '../cli-rig.ts'
import { Screen } from './screen.ts'

const place = createPlace(t)
place.write(
  'Taskfile.ts',
  `${importTask}
import { setTimeout as delay } from 'node:timers/promises'
const first = task({ describe: 'x', run: (_, { exec }) => exec('sh', ['-c', 'for i in 1 2 3 4; do echo step $i; sleep 0.08; done']) })
const untilSeen = task({ describe: 'x', run: (_, { exec }) => exec('sh', ['-c', 'while [ ! -e seen ]; do echo step 1; sleep 0.05; done']) })
const second = task({ describe: 'x', needs: { first }, run: async (_, { print }) => {
  print('http://localhost:8000\\n')
  await delay(150)
  print('a line in ')
  await delay(150)
  print('two parts\\n')
} })
const bad = task({ describe: 'x', needs: { first }, run: async (_, { exec, log }) => {
  log('a bell \\x07, a title \\x1b]0;owned\\x07, a wipe \\x1b[2J\\x1b[H, a return\\rover, backspaces\\b\\b\\b')
  await delay(250)
  await exec('sh', ['-c', 'printf "\\\\033[2J\\\\033[10Aup\\\\n"; exit 3'])
} })
const wide = task({ describe: 'x', run: async (_, { progress }) => {
  for (let i = 0; i < 3; i++) {
    progress('wide 世界 '.repeat(40) + i)
    await delay(120)
  }
} })
const noisy = task({ describe: 'x', run: async () => {
  await delay(200)
  console.log('written to stdout behind our back')
  console.error('written to stderr behind our back')
  await delay(150)
} })
const shell = task({ describe: 'x', needs: { first }, run: (_, { exec }) => exec('sh', ['-c', 'sleep 0.2; echo from the command; sleep 0.2; test -t 1'], { output: 'inherit' }) })
const quick = task({ describe: 'x', run: (_, { print }) => print('at once\\n') })
const partial = task({ describe: 'x', run: (_, { print }) => print('no end of line') })
const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => ['m' + i, task({ describe: 'x', run: () => delay(30) })]))
const all = task({ describe: 'x', needs: many, run: () => {} })
const idle = task({ describe: 'x', run: (_, { signal }) => new Promise((_, no) => signal.addEventListener('abort', () => no(signal.reason))) })
export default { first, 'until-seen': untilSeen, second, idle, bad, wide, noisy, shell, quick, partial, all }
`,
)

async function show(args: readonly string[], columns = 80, rows = 24) {
  const { code, stdout } = await finish(args, { cwd: place.path, terminal: [columns, rows] })
  const screen = new Screen(columns)
  screen.write(stdout)
  return { code, raw: stdout, text: screen.text(), screen }
}

const time = '\\d+ ms|\\d\\.\\d s'

t.test('a finished tree stands below what was printed', async t => {
  const { code, text, screen } = await show(['second'])
  t.equal(code, 0)
  const expected = [
    '^http://localhost:8000',
    'a line in two parts',
    `✔ first (${time})`,
    `✔ second (${time})`,
    `2 tasks done in (${time})\n*$`,
  ]
  t.match(text, new RegExp(expected.join('\\n')))
  t.same(screen.unknown, [])
  t.ok(screen.cursorShown)
})

t.test('while it runs the last line is shown below the task', async t => {
  const running = start(['until-seen'], { cwd: place.path, terminal: [80, 24] })
  await running.shows(/› step 1/)
  place.write('seen', '')
  t.equal(await running.end(), 0)
})

t.test('a failure: the tree, then log, reason and command', async t => {
  const { code, text, screen } = await show(['--jobs', '3', 'bad', 'idle'])
  t.equal(code, 1)
  const after = text.slice(text.indexOf('✔ first'))
  t.match(after, /^✔ first .*\n✖ bad .*\n⊘ idle stopped\n\n✖ bad failed after/)
  t.match(after, /│ a bell , a title , a wipe , a returnover, backspaces\n {2}│ up\n/)
  t.match(
    after,
    /exited with code 3\n\n {2}again: npx task bad\n {2}log: {3}\S+bad\.log\n\nfailed after .*: 1 failed, 1 done, 1 stopped\n*$/,
  )
  t.same(screen.unknown, [], 'no control character of a child has reached the terminal')
})

t.test('lines wider than the terminal are cut, and the frame stays whole', async t => {
  const { text } = await show(['wide'], 40, 10)
  t.match(text, new RegExp(`^✔ wide (${time})\\n1 task done in (${time})\\n*$`))
})

t.test('what others write behind our back comes below, and whole', async t => {
  const { text } = await show(['noisy'])
  t.match(
    text,
    /^✔ noisy .*\n\nwritten to std(out|err) behind our back\nwritten to std(out|err) behind our back\n1 task done/,
  )
})

t.test('a command may have the terminal to itself', async t => {
  const { code, text } = await show(['shell', 'first'])
  t.equal(code, 0)
  t.match(text, new RegExp(`^from the command\\n\\n✔ first (${time})\\n✔ shell (${time})\\n2 tasks done`))
})

t.test('runs that are over before anything could be drawn', async t => {
  t.match((await show(['quick'])).text, /^at once\n✔ quick .*\n1 task done/)
  t.match((await show(['partial'])).text, /no end of line/)
})

t.test('more tasks than rows: summed up, never scrolled', async t => {
  const { code, text, raw } = await show(['all', '--jobs', '4'], 60, 8)
  t.equal(code, 0)
  t.match(text, /^… 101 tasks: 101 done, 0 running, 0 waiting\n101 tasks done in/)
  t.match(raw, /… 101 tasks: \d+ done, 4 running, \d+ waiting/)
})

t.test('in CI and in a dumb terminal there is no tree', async t => {
  for (const env of [{ CI: 'true' }, { TERM: 'dumb' }]) {
    const { stdout } = await finish(['first'], { cwd: place.path, terminal: [80, 24], env })
    t.match(stdout, /first {2}.*started/)
    t.notMatch(stdout, /✔/)
  }
})

t.test('stdout in a pipe beside a terminal', async t => {
  const { stdout } = await finish(['second'], { cwd: place.path })
  t.equal(stdout, 'http://localhost:8000\na line in two parts\n')
})
