import t from 'tap'
import type { Plan } from '../../../tasks/engine/plan.ts'
import { planText } from '../../../tasks/reporters/listing.ts'
import { createStyle } from '../../../tasks/reporters/style.ts'

const names = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten']
const plan: Plan = {
  targets: ['ten'],
  steps: names.map(name => ({ name, describe: name, needs: [], args: [] })),
}
const looks = new Map([
  ['one', 'up to date: all'],
  ['ten', 'fails: a\x1b[2J name\nand where'],
])

t.test('what a look told stands beneath its step: one line, aligned, harmless', async t => {
  const lines = planText(plan, 2, createStyle(false), looks).split('\n')
  t.same(lines.slice(0, 3), [' 1  one', '      up to date: all', ' 2  two'])
  t.same(lines.slice(-4), ['10  ten', '      fails: a name', '10 tasks, 2 at once', ''])
  t.match(planText(plan, 2, createStyle(true), looks), '      \x1b[2mup to date: all\x1b[22m\n')
})
