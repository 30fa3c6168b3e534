import t from 'tap'
import { nodeRig } from './node-rig.ts'

t.setTimeout(240_000)

const files = {
  'app.cjs': `// comment
function add(total, n) {
  const sum = total + n
  return sum
}

let total = 0
for (const n of [1, 2, 3]) {
  total = add(total, n)
}
console.log('total', total)
process.exitCode = 3
`,
  'main.mjs': `function first() {
  return 1
}
import { helper } from './helper.mjs'
const x = first()
console.log(helper(x))
`,
  'helper.mjs': `export const helper = n => {
  const doubled = n * 2
  return doubled
}
`,
}

t.test('a program is stopped, looked into, stepped through and ends by itself', async t => {
  const { top, debug } = nodeRig(t, files)
  const run = await debug('app.cjs', { breakpoints: { 'app.cjs': [{ line: 4 }, { line: 1 }] } })
  t.match(await run.next(), { reason: 'breakpoint', threadId: 1, hitBreakpointIds: [1] })
  t.same(await run.stack(), ['add 4', '(module) 9'])
  t.same(await run.locals(), { '(return)': '1', total: '0', n: '1', sum: '1' })
  t.match(await run.locals(1), { total: '0', n: '1' })
  t.match(
    run.events.filter(({ event }) => event === 'breakpoint').map(({ body }) => body.breakpoint),
    [
      { id: 2, verified: false, line: 3, message: 'line 1 holds no code' },
      { id: 1, verified: true, line: 4 },
    ],
  )
  t.match(await run.evaluate('sum + 10'), { result: '11', type: 'number', variablesReference: 0 })
  await t.rejects(run.evaluate('nothing'), { message: 'ReferenceError: nothing is not defined' })
  t.match(await run.go('stepOut'), {
    reason: 'step',
    debugServerFrame: { line: 8, source: { path: `${top}/app.cjs` } },
  })
  t.match(await run.go('continue'), { reason: 'breakpoint' })
  t.same(await run.breakpoints('app.cjs', []), [])
  t.equal(await run.go('continue'), 'terminated')
  t.equal(await run.ended, 3)
  t.equal(run.output, 'total 6\n')
})

for (const [file, line] of [
  ['app.cjs', 7],
  ['main.mjs', 5],
] as const)
  t.test(`${file} stops at its first line`, async t => {
    const { debug } = nodeRig(t, files)
    const run = await debug(file, { entry: true, breakpoints: { [file]: [{ line }] } })
    t.match(await run.next(), {
      reason: 'entry',
      hitBreakpointIds: [1],
      debugServerFrame: { line, name: '(module)' },
    })
    t.equal((await run.stack()).length, 1, 'nothing of Node is below')
    t.match(await run.go('stepIn'), { reason: 'step' })
    t.equal(await run.go('continue'), 'terminated')
    await run.ended
  })
