import t from 'tap'
import { createPlace, finish, importTask } from '../cli-rig.ts'

const place = createPlace(t)
place.write(
  'Taskfile.ts',
  `${importTask}
const run = () => {}
const settings = task({ describe: 'Settings', run })
const build = task({ describe: 'Build "it"', needs: { settings, again: settings }, run })
const test = task({ describe: 'Test', needs: { build, gone: 'nowhere' }, run })
const lint = task({ describe: 'Lint', needs: () => ({ lint }), run })
export default { build, test, lint, alias: build }
`,
)
const graph = (...words: string[]) => finish(['graph', ...words], { cwd: place.path })

t.test('mermaid, of all tasks, with what is wrong shown as it is', async t => {
  t.match(await graph(), {
    code: 0,
    stderr: '',
    stdout: `flowchart LR
  t0["build"]
  t1["test"]
  t2["lint"]
  t3("settings")
  t4{{"nowhere?"}}
  t3 --> t0
  t0 --> t1
  t4 --> t1
  t2 --> t2
`,
  })
})

t.test('dot, of what the named tasks need', async t => {
  t.match(await graph('alias', '--format', 'dot'), {
    code: 0,
    stdout: `digraph tasks {
  rankdir=LR
  node [shape=box]
  "build" [tooltip="Build \\"it\\""]
  "settings" [style=rounded, tooltip="Settings"]
  "settings" -> "build"
}
`,
  })
})

t.test('JSON', async t => {
  const { code, stdout } = await graph('--format=json', 'test')
  t.equal(code, 0)
  t.same(JSON.parse(stdout), {
    version: 1,
    nodes: [
      { name: 'build', describe: 'Build "it"', exported: true, needs: ['settings'] },
      { name: 'test', describe: 'Test', exported: true, needs: ['build', 'nowhere'] },
      { name: 'settings', describe: 'Settings', exported: false, needs: [] },
    ],
  })
})

t.test('mistakes', async t => {
  const mistakes: [words: string[], stderr: RegExp][] = [
    [['tst'], /^unknown task "tst"\n {2}did you mean "test"\?\n$/],
    [['--format'], /^--format needs a value: --format FORMAT\n$/],
    [['--format', 'dott'], /^--format is "dott", expected one of mermaid, dot, json\n {2}did you mean "dot"/],
    [['--frmat', 'dot'], /^unknown option "--frmat"\n {2}did you mean "--format"/],
    [['--taskfile', 'x'], /^--taskfile comes before/],
  ]
  for (const [words, stderr] of mistakes) t.match(await graph(...words), { code: 2, stdout: '', stderr })
  t.match(await graph('--help'), { code: 0, stdout: /\n\nUsage: task graph \[NAME…\]/ })
  t.match(await finish(['--no-color', '--taskfile', 'gone.ts', 'graph'], { cwd: place.path }), {
    code: 1,
    stderr: /^there is no Taskfile at /,
  })
})
