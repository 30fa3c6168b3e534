import t from 'tap'
import type { Change } from '../../../tasks/engine/changes.ts'
import type { Verdict } from '../../../tasks/engine/forecast.ts'
import { planText } from '../../../tasks/reporters/plan-text.ts'
import { createStyle } from '../../../tasks/reporters/style.ts'
import { verdictText } from '../../../tasks/reporters/verdict.ts'
import { step } from './story.ts'

const style = createStyle(false)
const file = (path: string): Change => ({ kind: 'input', path, how: 'changed' })
const why = [file('src/a.ts'), file('src/b.ts'), file('src/c.ts')]

t.test('verdicts', async t => {
  const cases: [Verdict, string][] = [
    [{ kind: 'up-to-date' }, 'up to date'],
    [{ kind: 'runs', why }, 'runs: src/a.ts changed, and 2 more'],
    [{ kind: 'runs', why: [] }, 'runs'],
    [{ kind: 'restores', why: [file('src/a.ts')], files: 3 }, 'restores 3 files: src/a.ts changed'],
    [{ kind: 'restores', why: [file('src/a.ts')], files: 1 }, 'restores 1 file: src/a.ts changed'],
    [{ kind: 'restores', why: [file('src/a.ts')] }, 'restores its result: src/a.ts changed'],
    [{ kind: 'always' }, 'always runs'],
    [{ kind: 'handed' }, 'its result is that of an earlier run'],
    [{ kind: 'unknown', after: ['build'] }, 'runs if the result of build changes'],
    [{ kind: 'unknown', after: ['a', 'b'] }, 'runs if the result of a or b changes'],
    [{ kind: 'unknown', after: [...'abcde'] }, 'runs if the result of a, b, c or 2 more changes'],
    [{ kind: 'unknown', after: [] }, 'runs if what it needs changes'],
    [
      { kind: 'unasked', tools: ['git', 'go'] },
      'runs if the version of git or go has changed, which is not asked now',
    ],
  ]
  for (const [verdict, text] of cases) t.equal(verdictText(verdict), text)
})

t.test('each step with its verdict, in the order of the plan, and the counts', async t => {
  const steps = [
    step('z'),
    step('gen', [], { words: ['--port', '80'], rest: ['-v'] }),
    step('build', ['gen', 'z']),
    step('lint'),
    step('a', ['build']),
  ]
  const verdicts = new Map<string, Verdict>([
    ['z', { kind: 'up-to-date' }],
    ['gen', { kind: 'runs', why }],
    ['build', { kind: 'unknown', after: ['gen'] }],
    ['lint', { kind: 'restores', why, files: 2 }],
    ['a', { kind: 'always' }],
  ])
  const looks = new Map([['z', 'up to date: a\x1b[2J name\nand where']])
  t.equal(
    planText({ targets: ['a'], steps }, { jobs: 2, verdicts, looks }, style),
    `1  z  up to date
     up to date: a name
2  gen --port 80 -- -v  runs: src/a.ts changed, and 2 more
3  build  runs if the result of gen changes  after gen, z
4  lint  restores 2 files: src/a.ts changed, and 2 more
5  a  always runs  after build
5 tasks, 2 at once: 2 run, 1 may run, 1 restored, 1 up to date
`,
  )
})

t.test('without verdicts; what a look told is one line, aligned, harmless', async t => {
  const steps = Array.from({ length: 10 }, (_, i) => step(`t${i}`))
  const looks = new Map([
    ['t0', 'up to date: all'],
    ['t9', 'fails: a\x1b[2J name\nand where'],
  ])
  const facts = { jobs: 2, verdicts: new Map(), looks }
  const lines = planText({ targets: [], steps }, facts, style).split('\n')
  t.same(lines.slice(0, 3), [' 1  t0', '      up to date: all', ' 2  t1'])
  t.same(lines.slice(-4), ['10  t9', '      fails: a name', '10 tasks, 2 at once', ''])
  const colored = planText({ targets: [], steps }, facts, createStyle(true))
  t.match(colored, '      \x1b[2mup to date: all\x1b[22m\n')
})

t.test('the order of a plan of any size is kept', async t => {
  let seed = 3
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31
    return Math.floor((seed / 2 ** 31) * below)
  }
  const kinds: Verdict[] = [{ kind: 'up-to-date' }, { kind: 'always' }, { kind: 'runs', why }]
  for (let round = 0; round < 100; round++) {
    const steps = Array.from({ length: random(40) }, (_, i) => step(`t${random(1000)}-${i}`))
    const verdicts = new Map<string, Verdict>(
      steps.map(({ name }) => [name, kinds[random(3)] ?? { kind: 'always' }]),
    )
    const text = planText({ targets: [], steps }, { jobs: 1, verdicts, looks: new Map() }, style)
    t.same(
      [...text.matchAll(/^ *\d+ {2}(t\S+)/gm)].map(([, name]) => name),
      steps.map(({ name }) => name),
    )
  }
})
