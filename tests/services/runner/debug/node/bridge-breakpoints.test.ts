import t from 'tap'
import { nodeRig } from './node-rig.ts'

t.setTimeout(240_000)

const loop = `let total = 0
for (let i = 1; i <= 9; i++) {
  total += i
}
console.log(total)
`

t.test('conditions, hits and messages', async t => {
  const { debug } = nodeRig(t, { 'loop.js': loop })
  const stopsAt = async (breakpoint: object) => {
    const run = await debug('loop.js', { breakpoints: { 'loop.js': [{ line: 3, ...breakpoint }] } })
    const at: string[] = []
    for (let stop = await run.next(); stop !== 'terminated'; stop = await run.go('continue'))
      at.push((await run.evaluate('i')).result)
    return { at: at.join(), run }
  }
  t.equal((await stopsAt({ condition: 'i % 4 === 0 // each fourth' })).at, '4,8')
  t.equal((await stopsAt({ hitCondition: '3' })).at, '3')
  t.equal((await stopsAt({ hitCondition: '>=8' })).at, '8,9')
  t.equal((await stopsAt({ hitCondition: '%4' })).at, '4,8')
  t.equal((await stopsAt({ condition: 'i > 4', hitCondition: '2' })).at, '6', 'a hit counts where it holds')

  const logged = await stopsAt({ condition: 'i < 3', logMessage: 'i={i} {{total, list: [i, "x"]}} {nothing' })
  t.equal(logged.at, '')
  const outputs = logged.run.events.filter(({ event }) => event === 'output').map(({ body }) => body)
  t.match(outputs, [
    { category: 'console', output: 'i=1 {total: 0, list: [1, "x"]} {nothing\n', line: 3 },
    { output: 'i=2 {total: 1, list: [2, "x"]} {nothing\n' },
  ])

  const failing = await stopsAt({ condition: 'i > nothing' })
  t.equal(failing.at, '')
  t.match(
    failing.run.events.filter(({ event }) => event === 'output').map(({ body }) => body),
    [
      {
        category: 'important',
        output: /loop\.js:3: its condition or message fails: ReferenceError: nothing is not def/,
      },
    ],
    'once',
  )
  const unreadable = await debug('loop.js', { breakpoints: {} })
  t.match(
    await unreadable.breakpoints('loop.js', [
      { line: 3, condition: 'i >' },
      { line: 3, hitCondition: 'often' },
    ]),
    [
      { verified: false, message: /its condition cannot be read: SyntaxError/ },
      { verified: false, message: 'no hit condition: often; expected N, >=N or %N' },
    ],
  )
})

t.test('breakpoints come and go while it runs, and stay as they are counted', async t => {
  const { debug } = nodeRig(t, {
    'runs.js': `let n = 0
setInterval(() => {
  n++
  globalThis.last = n
}, 5)
globalThis.load = () => require('./late.js')
console.log('up')
`,
    'late.js': 'exports.f = () => {\n  return 1\n}\n',
  })
  const run = await debug('runs.js')
  await run.printed('up')
  const [set] = await run.breakpoints('runs.js', [{ line: 4, hitCondition: '%3' }])
  t.match(set, { verified: true, line: 4 })
  t.match(await run.next(), { reason: 'breakpoint', hitBreakpointIds: [set.id] })
  const first = Number((await run.evaluate('n')).result)
  const [again] = await run.breakpoints('runs.js', [{ line: 4, hitCondition: '%3' }, { line: 99 }])
  t.equal(again.id, set.id)
  await run.go('continue')
  t.equal(Number((await run.evaluate('n')).result), first + 3)
  t.match(await run.breakpoints('late.js', [{ line: 2 }]), [{ verified: false, message: /not loaded/ }])
  await run.breakpoints('runs.js', [])
  await run.evaluate('setTimeout(() => load().f())')
  t.match(await run.go('continue'), { reason: 'breakpoint', debugServerFrame: { line: 2, name: /f/ } })
})

t.test('with a column it lies at the first place behind it, in whatever line that is', async t => {
  const main = `const later = require('./later.js')
const sum = (a, b) => a + b
function twice(n) {
  // Nothing is here.
  return 2 * n
}
console.log(sum(1, 2), twice(4), later(5))
`
  const { debug } = nodeRig(t, {
    'main.js': main,
    'later.js': 'module.exports = function later(n) {\n  return n\n}\n',
  })
  const message = (name: string) => ({ logMessage: `${name}={${name}}` })
  const run = await debug('main.js', {
    breakpoints: {
      'main.js': [
        { line: 2, column: 'const sum = (a, b)'.length + 1, ...message('b') },
        { line: 3, column: 'function twice(n)'.length + 1, ...message('n') },
        { line: 3, ...message('never') },
      ],
      'later.js': [{ line: 1, column: 'module.exports = function later(n)'.length + 1, ...message('n') }],
    },
  })
  t.equal(await run.next(), 'terminated')
  const said = run.events.filter(({ event }) => event === 'output').map(({ body }) => body)
  t.match(said, [{ output: 'b=2\n' }, { output: 'n=4\n' }, { output: 'n=5\n' }])
})
