import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { collide } from '../../../tasks/engine/memory/claims.ts'
import { until } from '../../until.ts'
import { importTask, root } from '../cli-rig.ts'
import { Project, toldBy } from './rig.ts'

/** Each writes its name, waits while there is a file of its own name with `.wait`, and fails where there is `.fail`. */
const taskfile = `${importTask}
import { appendFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
const make = (name: string, output: string) => task({
  describe: name,
  inputs: ['in.txt'],
  outputs: [output],
  run: async () => {
    appendFileSync('said', name + '\\n')
    while (existsSync(name + '.wait')) await new Promise(resolve => setTimeout(resolve, 5))
    if (existsSync(name + '.fail')) throw new Error('no')
    mkdirSync('dist', { recursive: true })
    writeFileSync(output.endsWith('.txt') ? output : output + '/all.txt', 'made')
  },
})
export default { one: make('one', 'dist/one.txt'), two: make('two', 'dist/two.txt'), all: make('all', './dist/') }
`

function setUp(t: { teardown(end: () => void): void }) {
  const project = new Project(t, taskfile)
  project.write('in.txt', 'in')
  const said = () => {
    const path = join(project.path, 'said')
    return existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : []
  }
  const start = (...words: string[]) => {
    const running = project.start(['--reporter', 'json', ...words])
    t.teardown(() => void running.child.kill('SIGKILL'))
    return running
  }
  const end = async (running: ReturnType<typeof start>) => {
    const code = await running.end()
    return toldBy({ code, stdout: running.stdout, stderr: running.stderr })
  }
  const hold = async (name: string) => {
    project.write(`${name}.wait`, '')
    const holder = start(name)
    await until(`${name} runs`, () => said().includes(name), 60_000)
    return holder
  }
  const release = (name: string) => rmSync(join(project.path, `${name}.wait`))
  return { project, said, start, end, hold, release }
}

t.test(
  'two at once make the same: one makes it, the other waits, says so, and finds it up to date',
  async t => {
    const { said, start, end, hold, release } = setUp(t)
    const holder = await hold('one')
    const waiter = start('one')
    await waiter.shows(
      new RegExp(`"task-waits".*"pid":${holder.child.pid}|"pid":${holder.child.pid}.*"task-waits"`),
    )
    release('one')
    t.same((await end(holder)).ran, ['one'])
    t.match(await end(waiter), { code: 0, ran: [], upToDate: ['one'] })
    t.same(said(), ['one'])
  },
)

t.test('the first fails: the second makes it', async t => {
  const { project, said, start, end, hold, release } = setUp(t)
  const holder = await hold('one')
  const waiter = start('one')
  await waiter.shows(/task-waits/)
  project.write('one.fail', '')
  release('one')
  t.equal((await end(holder)).code, 1)
  rmSync(join(project.path, 'one.fail'), { force: true })
  const { code, ran } = await end(waiter)
  t.same(ran, ['one'])
  t.same(said(), ['one', 'one'])
  t.comment(`code ${code}: the failure may still have been there`)
})

t.test('the holder is killed: its claim is free at once', async t => {
  const { start, end, hold, release } = setUp(t)
  const holder = await hold('one')
  const waiter = start('one')
  await waiter.shows(/task-waits/)
  holder.child.kill('SIGKILL')
  await holder.end()
  release('one')
  const { code, ran, why } = await end(waiter)
  t.same([code, ran], [0, ['one']])
  t.same(why('one'), [{ kind: 'never-succeeded' }])
})

t.test('different outputs do not wait; one in the directory of another does, both ways', async t => {
  const { start, end, hold, release } = setUp(t)
  const holder = await hold('one')
  t.match(await end(start('two')), { code: 0, ran: ['two'] })
  const whole = start('all')
  await whole.shows(/task-waits/)
  release('one')
  t.match(await end(holder), { code: 0 })
  t.match(await end(whole), { code: 0, ran: ['all'] })
})

t.test('which outputs may have a file in common', async t => {
  for (const [a, b, may] of [
    ['dist', 'dist', true],
    ['dist', 'dist/a.js', true],
    ['dist/a.js', 'dist/b.js', false],
    ['dist', 'dist2', false],
    ['dist/*.js', 'dist/a.js', true],
    ['dist/*.js', 'dist/a.css', false],
    ['dist/*.js', 'dist', true],
    ['dist/*.js', 'dist/deep/a.js', false],
    ['dist/*/a.js', 'dist/deep', true],
    ['dist/d*/a.js', 'dist/other', false],
    ['dist/**/*.js', 'dist/deep', true],
    ['dist/**', 'other', false],
    ['*.js', 'a.js', true],
    ['*.js', 'dist/a.js', false],
    ['dist/*.js', 'dist/a*', true],
    ['dist/*.js', 'other/*.js', false],
    ['dist/*.js', 'dist/deep/*.js', true],
    ['(group)', '(group)/a.js', true],
  ] as const) {
    t.equal(collide(a, b), may, `${a} and ${b}`)
    t.equal(collide(b, a), may, `${b} and ${a}`)
  }
})

t.test('cancelled while it waits: it ends at once', async t => {
  const { start, end, hold, release } = setUp(t)
  const holder = await hold('all')
  const waiter = start('one')
  await waiter.shows(/task-waits/)
  waiter.child.kill('SIGTERM')
  t.match(await end(waiter), { code: 143, ran: [] })
  release('all')
  t.equal((await end(holder)).code, 0)
})

t.test('a Taskfile that is mounted, and the same run alone, wait for each other', async t => {
  const mounts = (
    key: string,
  ) => `import { mount } from ${JSON.stringify(join(root, 'tasks/engine/mount.ts'))}
export default { ${key}: mount('./${key}/Taskfile.ts') }`
  const project = new Project(t, mounts('a'))
  const at = (name: string) => join(project.path, 'a/b', name)
  project.write('a/Taskfile.ts', mounts('b'))
  const script = 'echo >> said; while [ -e wait ]; do sleep 0.02; done; cp in.txt out.txt'
  project.write(
    'a/b/Taskfile.ts',
    `${importTask}export default { make: task({ describe: 'x', inputs: ['in.txt'], outputs: ['out.txt'], run: ['sh', '-c', ${JSON.stringify(script)}] }) }`,
  )
  const runs = () => (existsSync(at('said')) ? readFileSync(at('said'), 'utf8').length : 0)
  const start = ([cwd, name]: readonly [string, string]) => {
    const running = project.start(['--reporter', 'json', name], { cwd: join(project.path, cwd) })
    t.teardown(() => void running.child.kill('SIGKILL'))
    return running
  }
  const [whole, half, alone] = [
    ['', 'a:b:make'],
    ['a', 'b:make'],
    ['a/b', 'make'],
  ] as const
  for (const [[holds, waits], ending] of [
    [[whole, alone], 'release'],
    [[alone, whole], 'kill'],
    [[half, whole], 'release'],
  ] as const) {
    project.write('a/b/wait', '')
    project.write('a/b/in.txt', `${holds} ${waits}`)
    const before = runs()
    const holder = start(holds)
    await until(`${holds} runs`, () => runs() > before, 60_000)
    const waiter = start(waits)
    await waiter.shows(
      new RegExp(`"task-waits".*"pid":${holder.child.pid}|"pid":${holder.child.pid}.*"task-waits"`),
    )
    t.equal(runs(), before + 1, 'one at a time')
    if (ending === 'kill') holder.child.kill('SIGKILL')
    rmSync(at('wait'))
    t.equal(await holder.end(), ending === 'kill' ? 'SIGKILL' : 0)
    t.equal(await waiter.end(), 0)
    t.equal(readFileSync(at('out.txt'), 'utf8'), `${holds} ${waits}`)
  }
})
