import { rmSync } from 'node:fs'
import t from 'tap'
import { importTask } from '../cli-rig.ts'
import { Project } from './rig.ts'

const project = new Project(
  t,
  `${importTask}
import { existsSync } from 'node:fs'
const base = task({ describe: 'Base', run: () => 'base result' })
const mid = task({ describe: 'Mid', needs: { base }, run: ({ base }, { print }) => { print('mid got ' + base + '\\n'); return 'mid result' } })
const kept = task({ describe: 'Kept', inputs: [], run: () => new Set([1]) })
const top = task({
  describe: 'Top',
  needs: { mid, kept },
  run: ({ mid, kept }, { print }) => {
    print(mid + ' ' + kept.has(1) + '\\n')
    if (existsSync('fail')) throw new Error('failed')
  },
})
const both = task({ describe: 'Both', needs: { top, base }, run: () => {} })
export default { both, top, mid, base, kept }
`,
)

t.test('--only without an earlier run: an error that names what is missing', async t => {
  t.match(await project.task(['--only', 'top']), {
    code: 1,
    stderr: /--only: no result is known of mid, kept\n {2}run once without --only/,
  })
  t.match(await project.task(['--plan', '--only', 'top']), { code: 1, stderr: /no result is known of mid/ })
})

t.test('--only runs what was named, with the results of earlier runs', async t => {
  await project.task(['top'])
  const { ran, resumed, events } = await project.run(['--only', 'top'])
  t.same(ran, ['top'])
  t.same([...resumed].sort(), ['kept', 'mid'], 'and nothing of what those need')
  t.match(
    events.filter(event => event.type === 'task-print'),
    [{ text: 'mid result true\n' }],
  )
})

t.test('--plan tells what --only would run', async t => {
  const { code, stdout } = await project.task(['--plan', '--jobs', '2', '--only', 'top'])
  t.equal(code, 0)
  const [one = '', other = '', ...rest] = stdout.split('\n')
  // What took longer is the first.
  t.same([one.slice(3), other.slice(3)].sort(), [
    'kept  its result is that of an earlier run',
    'mid  its result is that of an earlier run',
  ])
  t.same(rest, [
    '3  top  always runs  after mid, kept',
    '3 tasks, 2 at once: 1 runs, 2 from earlier runs',
    '',
  ])
})

t.test('a run with --only leaves the results of all others as they were', async t => {
  t.match(await project.task(['--only', 'mid']), { code: 0, stdout: 'mid got base result\n' })
})

t.test('several named tasks, one of which needs another', async t => {
  const { ran, resumed, code } = await project.run(['--only', 'top', 'mid'])
  t.equal(code, 0)
  t.same([...ran].sort(), ['mid', 'top'])
  t.same([...resumed].sort(), ['base', 'kept'])
})

t.test('a failed run with --only, resumed, runs no more than it would have', async t => {
  project.write('fail', '')
  t.equal((await project.task(['--only', 'top'])).code, 1)
  rmSync(`${project.path}/fail`)
  t.match(await project.task(['resume']), { code: 0, stdout: 'mid result true\n' })
})
