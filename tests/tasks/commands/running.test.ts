import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { identify } from '../../../lib/processes/identity.ts'
import { anyAlive } from '../../lib/processes/zoo.ts'
import { importTask } from '../cli-rig.ts'
import { Project, traceOf } from './rig.ts'

t.test('--keep-going: what does not need what failed is finished, all failures are told, code 1', async t => {
  const project = new Project(
    t,
    `${importTask}
const ok = (needs = {}) => task({ describe: 'x', needs, run: () => {} })
const bad = () => task({ describe: 'x', run: () => { throw new Error('no') } })
const [a, b] = [bad(), bad()]
const after = ok({ a })
const last = ok({ after, b })
const free = ok()
const more = ok({ free })
export default { a, b, after, last, free, more, all: ok({ last, more }) }
`,
  )
  const { code, of, ran } = await project.run(['--keep-going', '-j1', 'all'])
  t.equal(code, 1)
  const names = (type: 'task-failed' | 'task-succeeded' | 'task-skipped') =>
    of(type)
      .map(({ name }) => name)
      .sort()
  t.same(names('task-failed'), ['a', 'b'])
  t.same(names('task-succeeded'), ['free', 'more'])
  t.same(names('task-skipped'), ['after', 'all', 'last'])
  t.same([...ran].sort(), ['a', 'b', 'free', 'more'])
  const fast = await project.run(['-j1', 'a', 'b'])
  t.equal(fast.of('task-failed').length, 1, 'without it the first failure ends the run')
})

t.test('--force runs what is up to date, even where nothing but the cache knows of it', async t => {
  const project = new Project(
    t,
    `${importTask}
const make = task({ describe: 'x', inputs: [], outputs: ['out.txt'], run: ['sh', '-c', 'echo made >> log.txt; echo > out.txt'] })
export default { make }
`,
  )
  const made = () => readFileSync(join(project.path, 'log.txt'), 'utf8').split('\n').length - 1
  await project.run(['make'])
  t.same((await project.run(['make'])).upToDate, ['make'])
  const { ran, why } = await project.run(['--force', 'make'])
  t.same([ran, why('make'), made()], [['make'], [{ kind: 'forced' }], 2])
  t.match(await project.task(['--plan', '--force', 'make']), { stdout: /make {2}runs: --force was given/ })
  rmSync(join(project.path, '.artifacts/task/runs.db'))
  t.same((await project.run(['--force', 'make'])).ran, ['make'])
  t.equal(made(), 3)
  rmSync(join(project.path, '.artifacts/task/runs.db'))
  t.same((await project.run(['make'])).restored, ['make'], 'which it does not have to be otherwise')
})

t.test('what took longest before starts first; with one job the order is that of the plan', async t => {
  const project = new Project(
    t,
    `${importTask}
const some = (needs = {}) => task({ describe: 'x', needs, run: () => {} })
const short = some()
const first = some()
const second = some({ first })
const long = some()
const unknown = some()
export default { short, long, first, second, unknown }
`,
  )
  const words = ['-j1', 'short', 'long', 'second']
  t.same(
    (await project.run(words)).ran,
    ['short', 'long', 'first', 'second'],
    'as typed, while nothing is known',
  )
  const remember = (durations: Record<string, number>) => {
    using database = new DatabaseSync(join(project.path, '.artifacts/task/runs.db'))
    for (const [name, ms] of Object.entries(durations))
      database.prepare('update durations set ms = ? where name = ?').run(ms, name)
  }
  remember({ short: 1, long: 90, first: 60, second: 60 })
  const { stdout } = await project.task(['--plan', ...words])
  t.same(stdout.match(/(?<=^\d {2})\w+/gm), ['first', 'long', 'second', 'short'])
  t.same((await project.run(words)).ran, ['first', 'long', 'second', 'short'])
  remember({ short: 1, long: 90, first: 60, second: 60 })
  const { ran } = await project.run([...words, 'unknown'])
  t.same(
    ran,
    ['first', 'long', 'second', 'unknown', 'short'],
    'one that is not known is as long as the average',
  )
})

t.test(
  'what runs a failed task again is all of what was typed, with what it was given by others',
  async t => {
    const project = new Project(
      t,
      `${importTask}
const params = z => ({ region: z.string().default('') })
const setsEnv = ({ region }) => (region === '' ? {} : { REGION: region })
const build = task({ describe: 'x', run: ['sh', '-c', 'test "$REGION" != "eu west"'] })
const deploy = task({ describe: 'x', params, setsEnv, needs: { build }, run: () => {} })
const named = task({ describe: 'x', params, setsEnv, run: ['sh', '-c', 'exit 3'] })
export default { build, deploy, named }
`,
    )
    const commandsOf = async (words: readonly string[]) =>
      (await project.run(words)).of('task-failed').map(({ command }) => command)
    t.same(await commandsOf(['deploy', '--region', 'eu west']), ["REGION='eu west' npx task build"])
    const long = 'x'.repeat(500)
    t.same(await commandsOf(['named', '--region', 'eu west', '--', long]), [
      `npx task named --region 'eu west' -- ${long}`,
    ])
  },
)

t.test('tools and platforms: all that is missing is told at once, before anything runs', async t => {
  const project = new Project(
    t,
    `${importTask}
const run = () => { throw new Error('ran') }
const fine = task({ describe: 'x', run })
const a = task({ describe: 'x', needs: { fine }, tools: { 'no-such-tool': '*', sh: '*' }, run })
const b = task({ describe: 'x', tools: { 'another-one': { version: '>=2', fix: 'apt install another' } }, run })
const c = task({ describe: 'x', platform: 'aix', run })
export default { a, b, c, fine }
`,
  )
  const { code, stderr, ran } = await project.run(['a', 'b', 'c'])
  t.equal(code, 1)
  for (const part of ['no-such-tool', 'another-one', 'apt install another', 'aix']) t.match(stderr, part)
  t.same(ran, [])
})

t.test('times and limits that are none are told before anything runs, with the name of the task', async t => {
  const options = [
    `timeout: 'soon'`,
    `heartbeat: -1`,
    `retries: 1.5`,
    `retries: { times: 1, delay: 'x' }`,
    `ready: { port: 1, within: '1 fortnight' }`,
    `concurrency: { group: 'g', limit: 0 }`,
  ]
  const project = new Project(
    t,
    `${importTask}
const first = task({ describe: 'x', run: () => { throw new Error('ran') } })
export default { ${options.map((option, i) => `t${i}: task({ describe: 'x', needs: { first }, ${option}, run: () => {} })`).join(', ')} }
`,
  )
  for (const i of options.keys()) {
    const { code, ran, stderr } = await project.run([`t${i}`])
    t.same([code, ran], [1, []])
    t.match(stderr, `"t${i}"`)
    t.notMatch(stderr, /\n\s+at /)
  }
  t.notOk(existsSync(join(project.path, '.artifacts/task/runs.db')), 'and it was no run')
})

t.test('a service named as target goes on until SIGTERM: code 143, and nothing is left', async t => {
  const project = new Project(
    t,
    `import { service } from ${JSON.stringify(importTask.match(/"(.*)"/)?.[1]?.replace('task.ts', 'service.ts'))}
const server = service({ describe: 'x', ready: { line: /up/ }, run: (_, { exec }) => exec('sh', ['-c', 'sleep 300 & echo pid $!; echo up; wait']) })
export default { server }
`,
  )
  const running = project.start(['--reporter', 'json', 'server'])
  await running.shows(/"type":"task-ready"/)
  const pid = Number(/pid (\d+)/.exec(running.stdout)?.[1])
  running.child.kill('SIGTERM')
  t.equal(await running.end(), 143)
  t.notOk(anyAlive([identify(pid)]))
})

t.test('--plan, why, runs and tasks that only look write nothing at all', async t => {
  const project = new Project(
    t,
    `${importTask}
const look = task({ describe: 'x', onlyLooks: true, inputs: ['in.txt'], run: (_, { log }) => log('seen') })
const make = task({ describe: 'x', inputs: ['in.txt'], outputs: ['out.txt'], params: z => ({ n: z.coerce.number().default(1) }), tools: { sh: '*' }, run: ['cp', 'in.txt', 'out.txt'] })
export default { look, make }
`,
  )
  project.write('in.txt', 'one')
  const commands = [
    ['--plan', 'make', '--n', '2'],
    ['why', 'make'],
    ['runs'],
    ['look'],
    ['--list', '--json'],
    ['graph'],
  ]
  const writesNothing = async (when: string) => {
    for (const words of commands) {
      const before = traceOf(project.path)
      t.equal((await project.task(words)).code, 0, words.join(' '))
      t.same(traceOf(project.path), before, `${words.join(' ')} ${when}`)
    }
  }
  await writesNothing('before anything has run')
  await project.task(['make'])
  await writesNothing('after a run')
  project.write('in.txt', 'two')
  await writesNothing('when something has changed')
})

t.test('commands get the environment as it was when the run began', async t => {
  const project = new Project(
    t,
    `${importTask}
const change = task({ describe: 'x', run: () => { process.env.CHANGED = 'yes' } })
const look = task({
  describe: 'x',
  needs: { change },
  run: async (_, { exec, print }) => {
    const { stdout } = await exec('sh', ['-c', 'echo "$CHANGED/$GIVEN/$OWN"'], { env: { OWN: 'own' } })
    print(stdout)
  },
})
export default { change, look }
`,
  )
  const { code, stdout } = await project.task(['look'], { env: { GIVEN: 'given' } })
  t.equal(code, 0)
  t.equal(stdout, '/given/own\n')
})
