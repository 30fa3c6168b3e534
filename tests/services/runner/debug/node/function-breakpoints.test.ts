import { join } from 'node:path'
import { buildSync } from 'esbuild'
import t from 'tap'
import { until } from '../../../../until.ts'
import { type Body, type NodeRun, nodeRig } from './node-rig.ts'

t.setTimeout(240_000)

const placeOf = ({ reason, hitBreakpointIds, debugServerFrame: { name, line, source } }: Body): string =>
  `${reason} ${hitBreakpointIds}: ${name} ${source.path.split('/').at(-1)}:${line}`

/** Where it stops until it ends. */
async function stopsOf(run: NodeRun): Promise<string[]> {
  const places: string[] = []
  for (let stop = await run.next(); stop !== 'terminated'; stop = await run.go('continue'))
    places.push(placeOf(stop))
  return places
}

/** What was told last of each breakpoint. */
const toldBy = ({ events }: NodeRun): Body =>
  Object.fromEntries(
    events
      .filter(({ event }) => event === 'breakpoint')
      .map(({ body: { breakpoint } }) => [breakpoint.id, breakpoint]),
  )
const named = (...names: string[]) => names.map(name => ({ name }))

const commonJs = {
  'main.js': `// Here stands total_of.
const { total_of, twice, Cart, nothing, format } = require('./lib.js')
nothing()
for (let n = 1; n < 5; n++) total_of([n])
Cart.of('me').add('apple')
format.text(twice(2))
require('./late.js')
require('other').total_of()
`,
  'lib.js': `'use strict'
function total_of(prices) { return prices.reduce((sum, price) => sum + price, 0) }
const twice = n => n * 2
class Cart {
  #items = []
  constructor(owner) {
    this.owner = owner
  }
  add(item) {
    return this.#count(item)
  }
  #count(item) {
    return this.#items.push(item)
  }
  static of(owner) { return new Cart(owner) }
}
function nothing() {}
function unused() {
  return nothing()
}
const kept = 1
module.exports = { total_of, twice, Cart, nothing, format: { text(n) { return String(n + kept) } } }
`,
  'late.js': 'function total_of() {\n  return 0\n}\ntotal_of()\n',
  'node_modules/other/index.js': 'exports.total_of = function total_of() {}\n',
}

t.test('functions and methods are stopped at where their bodies begin', async t => {
  const { debug } = nodeRig(t, commonJs)
  const methods = ['Cart.of', 'Cart.constructor', 'Cart.add', 'Cart.#count', 'format.text']
  const run = await debug('main.js', {
    functions: [
      ...named('nothing', 'twice', 'add', 'missing', 'unused', ...methods),
      { name: 'total_of', hitCondition: '>=4' },
    ],
  })
  t.same(await stopsOf(run), [
    'function breakpoint 1: nothing lib.js:17',
    'function breakpoint 11: total_of lib.js:2',
    'function breakpoint 6: of lib.js:15',
    'function breakpoint 7: Cart lib.js:7',
    'function breakpoint 8: add lib.js:10',
    'function breakpoint 9: #count lib.js:13',
    'function breakpoint 2: twice lib.js:3',
    'function breakpoint 10: text lib.js:22',
    'function breakpoint 11: total_of late.js:2',
  ])
  const told = toldBy(run)
  t.match(told[3], {
    verified: false,
    message: 'the program has loaded no function add of its own yet; there is Cart.add',
  })
  t.match(told[5], { verified: false, message: /; nothing uses the one of .*\/lib\.js$/ })
  t.notOk(told[4])
  for (const id of [1, 2, 6, 7, 8, 9, 10, 11]) t.equal(told[id]?.verified, true, `${id}`)
})

t.test('in modules that are loaded later, in TypeScript, and with conditions', async t => {
  const { debug } = nodeRig(t, {
    'main.mjs': `import { total } from './total.mjs'
class Late {
  run() {
    return 1
  }
}
total(1)
const { later } = await import('./later.mjs')
later()
new Late().run()
`,
    'total.mjs': 'export function total(n) {\n  return n\n}\ntotal(0)\n',
    'later.mjs': 'export const later = async () => {\n  return 1\n}\nawait later()\n',
    'plain.ts':
      'function total(n: { a: number }): { b: number } {\n  return { b: n.a }\n}\ntotal({ a: 1 })\ntotal({ a: 2 })\n',
  })
  t.same(await stopsOf(await debug('main.mjs', { functions: named('total', 'later', 'Late.run') })), [
    'function breakpoint 1: total total.mjs:2',
    'function breakpoint 1: total total.mjs:2',
    'function breakpoint 2: later later.mjs:2',
    'function breakpoint 2: later later.mjs:2',
    'function breakpoint 3: run main.mjs:4',
  ])
  const typed = await debug('plain.ts', { functions: [{ name: 'total', condition: 'n.a === 2' }] })
  t.equal(placeOf(await typed.next()), 'function breakpoint 1: total plain.ts:2')
  t.equal((await typed.evaluate('n.a')).result, '2')
  t.equal(await typed.go('continue'), 'terminated')
  const failing = await debug('plain.ts', { functions: [{ name: 'total', condition: 'n.c.d' }] })
  t.same(await stopsOf(failing), [])
  t.match(
    failing.events.filter(({ event }) => event === 'output').map(({ body }) => body),
    [{ category: 'important', output: /^function total: its condition fails: TypeError/ }],
    'once',
  )
})

t.test('in a bundle by the names that they had, where it is of its own', async t => {
  const { debug, top } = nodeRig(t, {
    'src/main.ts': `import { total_of as other } from 'other'
import { Cart, total_of } from './lib.ts'
console.log(total_of([1, 2]), new Cart().add(1), other())
`,
    'src/lib.ts': `export function total_of(prices: number[]): number {
  let sum = 0
  for (const price of prices) sum += price
  return sum
}
export class Cart {
  add(n: number): number {
    return total_of([n, 1])
  }
}
`,
    'node_modules/other/index.js': 'export function total_of() { return Math.random() }\n',
    'node_modules/other/package.json': '{"name":"other","type":"module","main":"index.js"}',
  })
  for (const [format, file] of [
    ['cjs', 'dist/main.cjs'],
    ['esm', 'dist/main.mjs'],
  ] as const) {
    buildSync({
      ...{ entryPoints: [join(top, 'src/main.ts')], outfile: join(top, file), format, platform: 'node' },
      ...{ bundle: true, minifyIdentifiers: true, minifyWhitespace: true, sourcemap: true },
    })
    const places = await stopsOf(await debug(file, { functions: named('total_of', 'Cart.add') }))
    t.same(
      places.map(place => place.replace(/: \w+/, '')),
      ['function breakpoint 1 lib.ts:2', 'function breakpoint 2 lib.ts:8', 'function breakpoint 1 lib.ts:2'],
      format,
    )
  }
})

t.test('in what runs already, in each of its threads, until they are taken away', async t => {
  const { debug } = nodeRig(t, {
    'main.cjs': `const { Worker, isMainThread } = require('node:worker_threads')
function tick(n) {
  return n
}
let n = 0
setInterval(() => tick(n++), 5)
if (isMainThread) new Worker(__filename)
console.log('up')
`,
  })
  const run = await debug('main.cjs')
  await until('both run', () => (run.output.match(/up/g)?.length === 2 ? true : undefined))
  const asked = [{ name: 'tick', hitCondition: '3' }, { name: 'tock' }, { name: 'tick', condition: 'n ==' }]
  const told = await run.functions(asked)
  t.match(told, [
    { verified: true },
    { verified: false, message: 'the program has loaded no function tock of its own yet' },
    { verified: false, message: /its condition cannot be read: SyntaxError/ },
  ])
  const threads = new Set<number>()
  for (let stop = await run.next(); threads.size < 2; ) {
    t.equal(placeOf(stop), `function breakpoint ${told[0].id}: tick main.cjs:3`)
    threads.add(stop.threadId)
    if (threads.size < 2) stop = await run.go('continue', stop.threadId)
  }
  t.same(await run.functions(asked.slice(0, 1)), [told[0]], 'it stays, with what was counted')
  t.same(await run.functions([]), [])
  const ticks = await run.functions([{ name: 'tick', condition: 'n < 0' }])
  t.match(ticks, [{ verified: true }])
  t.not(ticks[0].id, told[0].id)
})

t.test('what is evaluated while the program runs stops in none', async t => {
  const { debug } = nodeRig(t, {
    'main.cjs': `globalThis.tock = function tock(n) {
  return n + 1
}
console.log('up')
setInterval(() => {}, 1)
`,
  })
  const run = await debug('main.cjs')
  await run.printed('up')
  t.match(await run.functions(named('tock')), [{ verified: true }])
  const asked = Array.from({ length: 100 }, (_, n) => [
    run.ask('evaluate', { expression: `tock(${n})`, context: 'repl' }),
    run.functions([{ name: 'tock' }, { name: `other${n}` }]),
  ])
  const answers = (await Promise.all(asked.flat())).flatMap(({ result }) => result ?? [])
  t.same(
    answers,
    [...asked.keys()].map(n => `${n + 1}`),
  )
})

t.test('a step goes on over the loading of what they are looked for in', async t => {
  const { debug } = nodeRig(t, {
    'main.cjs': `function load() {
  const { total } = require('./lib.cjs')
  return total
}
load()
require('./other.cjs')
console.log('end')
`,
    'lib.cjs': 'exports.total = function total() {\n  return 1\n}\n',
    'other.cjs': 'exports.total = function total() {\n  return 2\n}\n',
  })
  for (const [command, line] of [
    ['next', 3],
    ['stepOut', 6],
  ] as const) {
    const run = await debug('main.cjs', {
      breakpoints: { 'main.cjs': [{ line: 2 }] },
      functions: named('total'),
    })
    t.match(await run.next(), { debugServerFrame: { line: 2 } })
    t.match(await run.go(command), { reason: 'step', debugServerFrame: { line } }, command)
    await run.breakpoints('main.cjs', [{ line: 6 }])
    if (command === 'next') t.match(await run.go('continue'), { debugServerFrame: { line: 6 } })
    t.match(await run.go('next'), { reason: 'step', debugServerFrame: { line: 7 } })
    t.equal(await run.go('continue'), 'terminated')
  }
})
