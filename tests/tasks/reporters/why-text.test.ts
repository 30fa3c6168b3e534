import t from 'tap'
import type { Change } from '../../../tasks/engine/changes.ts'
import { createStyle } from '../../../tasks/reporters/style.ts'
import { whyText } from '../../../tasks/reporters/why-text.ts'
import { changes } from './changes.ts'
import { start } from './story.ts'

const style = createStyle(false)
const now = start + 3 * 60_000
const files = (number: number): Change[] =>
  Array.from({ length: number }, (_, i) => ({ kind: 'input', path: `src/${i}.ts`, how: 'changed' }))

t.test('one line where there is nothing to list', async t => {
  const cases: [Parameters<typeof whyText>[0], string][] = [
    [
      { name: 'a', verdict: { kind: 'up-to-date' }, succeededAt: start, needs: [] },
      'a is up to date: nothing has changed since it succeeded, 3 min ago\n',
    ],
    [
      { name: 'a', verdict: { kind: 'always' }, succeededAt: start, needs: [] },
      'a always runs: it names neither inputs nor outputs\n',
    ],
    [
      { name: 'a', verdict: { kind: 'unknown', after: ['b'] }, succeededAt: start, needs: [] },
      'a runs if the result of b changes; nothing else has, since it succeeded, 3 min ago\n',
    ],
    [
      { name: 'a', verdict: { kind: 'unasked', tools: ['git'] }, succeededAt: start, needs: [] },
      'a runs if the version of git has changed, which is not asked now; nothing else has, since it succeeded, 3 min ago\n',
    ],
    [
      { name: 'a', verdict: { kind: 'runs', why: [] }, succeededAt: undefined, needs: [] },
      'a runs: it has not succeeded yet\n',
    ],
  ]
  for (const [why, text] of cases) t.equal(whyText(why, now, style), text)
})

t.test('all changes, grouped, and the same for the needs', async t => {
  const text = whyText(
    {
      name: 'build',
      verdict: { kind: 'runs', why: changes.slice(3, 13) },
      succeededAt: start,
      needs: [
        { name: 'gen', verdict: { kind: 'runs', why: files(2) }, succeededAt: start },
        { name: 'types', verdict: { kind: 'unknown', after: ['gen'] }, succeededAt: undefined },
      ],
    },
    now,
    style,
  )
  t.equal(
    text,
    `build runs: this has changed since it succeeded, 3 min ago
  inputs
    src/a.ts changed
    src/b.ts is new
    src/c.ts is gone
    the value mode changed
  source
    its source Taskfile.ts changed
    its command or declared outputs changed
  command line
    the parameter port changed
    the words after -- changed
  environment
    TOKEN changed
  tools
    node 22.1.0 → 24.1.0

gen runs: this has changed since it succeeded, 3 min ago
  src/0.ts changed
  src/1.ts changed

types runs if the result of gen changes
`,
  )
})

t.test('at most fifty lines, whatever has changed; the largest groups are cut first', async t => {
  const need = (name: string, number: number) =>
    ({ name, verdict: { kind: 'runs', why: files(number) }, succeededAt: start }) as const
  for (const number of [1, 10, 40, 47, 48, 49, 50, 10_000])
    for (const needs of [0, 1, 5, 6, 7, 100]) {
      const why = [...changes, ...files(number)]
      const all = {
        name: 'a',
        verdict: { kind: 'runs', why },
        succeededAt: start,
        needs: Array.from({ length: needs }, (_, i) => need(`n${i}`, number)),
      } as const
      const lines = whyText(all, now, style).trimEnd().split('\n')
      t.ok(lines.length <= 50, `${lines.length} lines for ${number} files and ${needs} needs`)
      if (number === 10_000)
        t.ok(lines.some(line => /^ {4}… and 9,9\d\d more$|^ {4}… and 10,00\d more$/.test(line)))
      if (needs === 100) t.equal(lines.at(-1), '… and 94 more of its needs')
      t.ok(lines.includes('    TOKEN changed'), 'a small group is whole')
    }
  const one = whyText({ ...need('a', 47), needs: [] }, now, style)
  t.notMatch(one, /more/, 'what fits is not cut')
})
