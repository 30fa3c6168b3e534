import t from 'tap'
import { UserError } from '../../../lib/user-error.ts'
import { askLooks } from '../../../tasks/engine/ask-looks.ts'
import { resolveGraph } from '../../../tasks/engine/graph.ts'
import { makePlan } from '../../../tasks/engine/plan.ts'
import { type Look, type LookPlace, type Task, task } from '../../../tasks/engine/task.ts'
import { createPlace, finish, importTask } from '../cli-rig.ts'

const at: LookPlace = { root: '/somewhere', environment: { NAME: 'value' } }

function ask(looks: Readonly<Record<string, Look | undefined>>, deadlineMs?: number) {
  const tasks = new Map<string, Task>(
    Object.entries(looks).map(([name, look]) => [
      name,
      task({ describe: name, ...(look && { look }), run: () => t.fail(`${name} ran`) }),
    ]),
  )
  const graph = resolveGraph({ path: 'Taskfile.ts', tasks })
  const plan = makePlan(
    graph,
    [...tasks.keys()].map(name => ({ name, words: [], rest: [] })),
  )
  return askLooks(graph, plan, at, deadlineMs)
}

t.test('looks are told where they are asked, and nothing runs', async t => {
  const told = await ask({
    soon: ({ root, environment }) => `${root} ${environment.NAME}`,
    later: async () => 'up to date: all',
    silent: () => undefined,
    none: undefined,
  })
  t.same(
    [...told],
    [
      ['soon', '/somewhere value'],
      ['later', 'up to date: all'],
    ],
  )
})

t.test('what a look throws is its line, and the others are told all the same', async t => {
  const told = await ask({
    throws: () => {
      throw new UserError('port 80 is taken', { fix: 'choose another' })
    },
    rejects: () => Promise.reject(new TypeError('a bug')),
    fine: () => 'makes it',
  })
  t.same(Object.fromEntries(told), {
    throws: 'fails: port 80 is taken',
    rejects: 'fails: a bug',
    fine: 'makes it',
  })
})

t.test('looks are asked side by side, each with a deadline', async t => {
  const both = Promise.withResolvers<string>()
  const told = await ask({
    first: () => both.promise,
    second: () => {
      both.resolve('met')
      return both.promise
    },
  })
  t.same(Object.fromEntries(told), { first: 'met', second: 'met' })
  const late = await ask({ never: () => new Promise(() => {}), fine: () => 'makes it' }, 20)
  t.same(Object.fromEntries(late), { never: 'not known: no answer within 0.02 s', fine: 'makes it' })
})

t.test('a look that never ends keeps no plan', async t => {
  const place = createPlace(t)
  place.write(
    'Taskfile.ts',
    `${importTask}
const stuck = task({
  describe: 'Stuck',
  look: () => new Promise(() => setInterval(() => {}, 1_000)),
  run: () => {},
})
const fine = task({ describe: 'Fine', look: ({ environment }) => environment.SAID, run: () => {} })
export default { stuck, fine }
`,
  )
  const { code, stdout, stderr } = await finish(['--plan', '-j1', 'stuck', 'fine'], {
    cwd: place.path,
    env: { SAID: 'makes it\nand more' },
  })
  t.equal(code, 0, stderr)
  t.equal(
    stdout,
    '1  stuck  always runs\n     not known: no answer within 2 s\n2  fine  always runs\n     makes it\n2 tasks, 1 at once: 2 run\n',
  )
})
