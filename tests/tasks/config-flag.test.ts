import { join, resolve } from 'node:path'
import t from 'tap'
import { configEnvironment, configParam } from '../../tasks/config-flag.ts'
import { resolveGraph } from '../../tasks/engine/graph.ts'
import { environmentOf } from '../../tasks/engine/params/plan-params.ts'
import { task } from '../../tasks/engine/task.ts'
import { readTaskfile } from '../../tasks/engine/taskfile.ts'
import { createPlace, finish, importTask, root } from './cli-rig.ts'
import { planOf } from './engine/rig.ts'

const words = task({
  describe: 'takes words of every kind',
  params: z => ({
    service: z.string().optional().meta({ positional: true }),
    follow: z.boolean().default(false).meta({ short: 'f' }),
    lines: z.number().default(50),
    config: configParam(z),
  }),
  setsEnv: params => configEnvironment(params),
  run: () => {},
})

/** What the words after a task's name put into the environment. */
async function environmentBy(...typed: string[]): Promise<Record<string, string>> {
  const graph = resolveGraph(readTaskfile('Taskfile.ts', { words }))
  return environmentOf(graph, await planOf(graph, ['words', ...typed]))
}

const cases: Record<string, [words: string[], files: string[] | undefined]> = {
  'nothing named': [['--follow'], undefined],
  'one file': [['--config', '/etc/ds.toml'], ['/etc/ds.toml']],
  'joined to its flag': [['--config=/etc/ds.toml'], ['/etc/ds.toml']],
  'relative to where it was typed': [['--config', 'mine.toml'], [resolve('mine.toml')]],
  'a dollar sign, which is no variable': [['--config', '/$a $.toml'], ['/$$a $$.toml']],
  'several, in their order': [
    ['--config', '/a.toml', '--yes', '--config', '/b.toml'],
    ['/a.toml', '/b.toml'],
  ],
  'among words of the task': [['api', '-f', '--lines', '5', '--config', '/a.toml'], ['/a.toml']],
}

for (const [name, [words, files]] of Object.entries(cases))
  t.test(name, async t => {
    const expected = files === undefined ? {} : { DEBUG_SERVER_CONFIG: files.join(':') }
    t.same(await environmentBy(...words), expected)
  })

t.test('what cannot be handed on is refused', async t => {
  await t.rejects(environmentBy('--config', '/a:b.toml'), { name: 'UserError', message: /a path with ":"/ })
  await t.rejects(environmentBy('--config', ''), { name: 'UserError', message: /names no file/ })
})

t.test('the file reaches what a task needs, and the commands that it starts', async t => {
  const place = createPlace(t)
  place.write(
    'Taskfile.ts',
    `${importTask}
import { configEnvironment, configParam } from ${JSON.stringify(join(root, 'tasks/config-flag.ts'))}
const need = task({ describe: 'Need', run: (_, { print }) => print(\`need \${process.env.DEBUG_SERVER_CONFIG}\\n\`) })
const show = task({
  describe: 'Show',
  needs: { need },
  params: z => ({ config: configParam(z) }),
  setsEnv: params => configEnvironment(params),
  run: async (_, { exec, print }) => print((await exec('printenv', ['DEBUG_SERVER_CONFIG'])).stdout),
})
export default { show }
`,
  )
  const file = join(place.path, 'mine.toml')
  t.match(await finish(['show', '--config', 'mine.toml'], { cwd: place.path }), {
    code: 0,
    stdout: `need ${file}\n${file}`,
  })
})

t.test('a file that is not there fails the task that it is named for', async t => {
  const { code, stdout, stderr } = await finish(['check', '--config', '/nowhere/mine.toml'], { cwd: root })
  t.equal(code, 1)
  t.match(stdout + stderr, '/nowhere/mine.toml: there is no such file')
})
