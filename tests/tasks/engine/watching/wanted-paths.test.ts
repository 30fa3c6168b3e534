import t from 'tap'
import type { Input } from '../../../../tasks/engine/task.ts'
import { WantedPaths } from '../../../../tasks/engine/watching/wanted-paths.ts'
import { WatchedInputs } from '../../../../tasks/engine/watching/watched-inputs.ts'

t.test('which files are among the inputs', async t => {
  const cases: { inputs: Input[]; yes?: string[]; no?: string[] }[] = [
    { inputs: ['a.txt'], yes: ['a.txt', 'a.txt/below'], no: ['b.txt', 'a.txt2', 'x/a.txt'] },
    { inputs: ['./src//'], yes: ['src/a', 'src/b/c'], no: ['srcs/a', 'a'] },
    { inputs: ['src/**/*.ts'], yes: ['src/a.ts', 'src/b/.c.ts'], no: ['src/a.js', 'a.ts'] },
    {
      inputs: ['**/*.ts'],
      yes: ['a.ts', 'b/a.ts'],
      no: ['node_modules/a.ts', 'b/.git/a.ts', 'a/.artifacts/a.ts'],
    },
    { inputs: ['node_modules/x/**'], yes: ['node_modules/x/a'], no: ['node_modules/x/node_modules/.git/a'] },
    { inputs: ['src', '!src/gen/**', 'src/gen/kept'], yes: ['src/a', 'src/gen/kept'], no: ['src/gen/b'] },
    { inputs: [{ file: 'a[1].txt' }], yes: ['a[1].txt'], no: ['a1.txt'] },
    { inputs: [{ glob: '*.md', optional: true }], yes: ['a.md'], no: ['a/b.md'] },
    { inputs: [{ name: 'a.txt', value: 1 }], no: ['a.txt'] },
    { inputs: ['../up/*.txt', '/place/abs'], yes: ['../up/a.txt', 'abs'], no: ['up/a.txt'] },
  ]
  for (const { inputs, yes = [], no = [] } of cases) {
    const watched = new WatchedInputs('/place', inputs)
    t.same(
      [...yes, ...no].filter(path => watched.has(path)),
      yes,
      JSON.stringify(inputs),
    )
  }
})

t.test('only what leads to something wanted is looked into', async t => {
  const inputs = new Map([
    ['a', new WatchedInputs('/place', ['src/deep/**/*.ts', 'docs/a.md'])],
    ['b', new WatchedInputs('/place', ['docs/a.md', '../up/*.txt'])],
  ])
  const wanted = new WantedPaths(inputs, ['Taskfile.ts', 'tasks/a.ts'])
  for (const path of ['src', 'src/deep', 'src/deep/er', 'docs', 'tasks', '..', '../up'])
    t.ok(wanted.leadsToWanted(path), path)
  for (const path of ['srcs', 'src/other', 'docs/more', 'src/deep/node_modules', '.git', '../down'])
    t.notOk(wanted.leadsToWanted(path), path)
  t.same(wanted.tasksOf('docs/a.md'), ['a', 'b'])
  t.ok(wanted.isWanted('tasks/a.ts'))
  t.notOk(wanted.isWanted('tasks/b.ts'))
  t.same(wanted.outside, ['..'])
  t.equal(wanted.key, new WantedPaths(inputs, ['Taskfile.ts', 'tasks/a.ts']).key)
  t.not(wanted.key, new WantedPaths(inputs, ['Taskfile.ts']).key)
})
