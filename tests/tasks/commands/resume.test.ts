import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { until } from '../../until.ts'
import { importTask } from '../cli-rig.ts'
import { Project } from './rig.ts'

/** `first` always runs, and so does `second`, which waits while there is a file `wait`; `third` fails without `go`. */
const taskfile = `${importTask}
import { appendFileSync, existsSync } from 'node:fs'
const say = (name: string) => appendFileSync('said', name + '\\n')
const first = task({ describe: 'First', run: () => { say('first'); return new Map([['at', new Date(5)]]) } })
const made = task({ describe: 'Made', inputs: [], run: () => { say('made'); return 7 } })
const second = task({
  describe: 'Second',
  needs: { first, made },
  run: async ({ first, made }) => {
    say('second')
    while (existsSync('wait')) await new Promise(resolve => setTimeout(resolve, 5))
    return (first.get('at')?.getTime() ?? 0) + made
  },
})
const third = task({
  describe: 'Third',
  needs: { second, first },
  params: z => ({ word: z.string().default('none') }),
  run: ({ second, first }, { params, print }) => {
    say('third')
    if (!existsSync('go')) throw new Error('not yet')
    print(JSON.stringify([second, first instanceof Map, params.word]) + '\\n')
  },
})
const secret = task({ describe: 'Secret', secrets: ['TOKEN'], params: z => ({ token: z.string() }), run: () => { throw new Error('no') } })
export default { third, first, secret, second }
`

const setUp = (t: { teardown(end: () => void): void }) => {
  const project = new Project(t, taskfile)
  const said = () => {
    const path = join(project.path, 'said')
    return existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : []
  }
  const runs = async () => JSON.parse((await project.task(['runs', '--json'])).stdout)
  return { project, said, runs }
}

t.test('a failed run goes on where it stopped, with the results of what had succeeded', async t => {
  const { project, said, runs } = setUp(t)
  t.equal((await project.task(['third', '--word', 'given'])).code, 1)
  t.same(said(), ['first', 'made', 'second', 'third'])
  project.write('go', '')
  const { code, stdout, stderr } = await project.task(['resume'])
  t.equal(code, 0, stderr)
  t.equal(stdout, '[12,true,"given"]\n')
  t.same(said().slice(4), ['third'])
  t.match(await runs(), [
    { outcome: 'succeeded', ran: 1, words: ['third', '--word', 'given'] },
    { outcome: 'failed', ran: 4 },
  ])
  t.match(await project.task(['resume']), { code: 1, stderr: /has succeeded: there is nothing to resume/ })
})

t.test('a resumed run that fails again can be resumed again; the run can be named', async t => {
  const { project, said, runs } = setUp(t)
  await project.task(['third'])
  t.equal((await project.task(['resume'])).code, 1)
  t.same(said().slice(4), ['third'])
  const [, { id }] = await runs()
  project.write('go', '')
  t.equal((await project.task(['resume'])).code, 0)
  t.equal((await project.task(['resume', id])).code, 0, 'the first one, by its name')
  t.same(said().slice(5), ['third', 'third'])
})

t.test('a killed run goes on where it stopped', async t => {
  const { project, said, runs } = setUp(t)
  project.write('wait', '')
  project.write('go', '')
  const running = project.start(['third'])
  await until('second runs, and that is written down', async () => {
    const [run] = await runs()
    return said().includes('second') && run?.ran === 2
  })
  running.child.kill('SIGKILL')
  await running.end()
  t.match(await runs(), [{ outcome: 'killed' }])
  t.match(await project.task(['runs']), { stdout: /killed/ })
  rmSync(join(project.path, 'wait'))
  t.equal((await project.task(['resume'])).stdout, '[12,true,"none"]\n')
  t.same(said(), ['first', 'made', 'second', 'second', 'third'])
})

t.test('nothing to resume, a name that no run has, one that goes on', async t => {
  const { project, said } = setUp(t)
  t.match(await project.task(['resume']), { code: 1, stderr: /^no run is remembered\n/ })
  t.match(await project.task(['resume', 'x']), {
    code: 1,
    stderr: /^no run x is remembered\n {2}see task runs/,
  })
  t.match(await project.task(['runs']), { code: 0, stdout: 'no run is remembered yet\n' })
  t.notOk(existsSync(join(project.path, '.artifacts')), 'and nothing was written for that')
  project.write('wait', '')
  const running = project.start(['second'])
  await until('second runs', () => said().includes('second'))
  const [{ id }] = JSON.parse((await project.task(['runs', '--json'])).stdout)
  t.match(await project.task(['resume', id]), { code: 1, stderr: /is not over/ })
  t.match(await project.task(['resume']), { code: 1, stderr: /^no run is remembered/ })
  running.child.kill('SIGTERM')
  t.equal(await running.end(), 143)
  t.match(JSON.parse((await project.task(['runs', '--json'])).stdout), [{ outcome: 'cancelled' }])
})

t.test('a run that was given a secret cannot be resumed, for the secret is not kept', async t => {
  const { project } = setUp(t)
  const env = { TOKEN: 'hidden-word' }
  const { code, stderr } = await project.task(['secret', '--token', 'hidden-word'], { env })
  t.equal(code, 1)
  t.match(stderr, /again: npx task secret --token '?\*\*\*/)
  t.match(await project.task(['resume'], { env }), {
    code: 1,
    stderr: /was given a secret, which is not remembered/,
  })
  t.notOk(readFileSync(join(project.path, '.artifacts/task/runs.db')).includes('hidden-word'))
})

t.test('runs: one of them with its tasks, as text and as JSON', async t => {
  const { project, runs } = setUp(t)
  await project.task(['third'])
  const [{ id }] = await runs()
  const { stdout } = await project.task(['runs', id])
  t.match(stdout, /third/)
  t.match(stdout, /failed/)
  t.match(stdout, /Error: not yet|not yet/)
  const run = JSON.parse((await project.task(['runs', id, '--json'])).stdout)
  t.match(run, { id, outcome: 'failed', words: ['third'] })
  t.match(Object.fromEntries(run.tasks.map((task: { name: string }) => [task.name, task])), {
    first: { outcome: 'succeeded', why: [] },
    made: { outcome: 'succeeded', why: [{ kind: 'never-succeeded' }] },
    third: { outcome: 'failed', error: /not yet/ },
  })
  t.match(await project.task(['runs', `${id}x`]), { code: 1, stderr: new RegExp(`did you mean "${id}"`) })
})
