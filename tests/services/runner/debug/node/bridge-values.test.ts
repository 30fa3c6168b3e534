import t from 'tap'
import { nodeRig } from './node-rig.ts'

t.setTimeout(240_000)

const values = `class Point { #secret = 7; constructor() { this.x = 1 } get far() { ran++; return 'far away' } }
let ran = 0
function f() {
  const list = Array.from({ length: 10_000 }, (_, i) => i * 2)
  list.named = 'yes'
  const holes = [1, , 3]
  const map = new Map([['a', 1], [{ k: 1 }, [2]]])
  const set = new Set(['x', 'y'])
  const bytes = new Uint8Array([1, 2, 3])
  const text = 'ä€😀\\n\\u0000\\'"'
  const huge = 'x'.repeat(20_000_000)
  const point = new Point()
  const big = 12345678901234567890n
  const minus = -0
  const nothing = null
  const missing = undefined
  const pending = new Promise(() => {})
  const error = new RangeError('out')
  const when = new Date(0)
  const proxy = new Proxy({ a: 1 }, { ownKeys() { ran++; return ['a'] }, get() { ran++ } })
  const loop = {}; loop.self = loop
  if (list.length > 0) {
    const inner = 1; var outer = 2
    debugger
  }
  return [holes, map, set, bytes, text, huge, point, big, minus, nothing, missing, pending, error, when, proxy, outer, inner2()]
}
function inner2() { return 1 }
f()
console.log('ran', ran)
`

t.test(
  'values are told as a person writes them, page by page, and nothing of the program runs for it',
  async t => {
    const { debug } = nodeRig(t, { 'values.js': values })
    const run = await debug('values.js')
    await run.next()
    const { stackFrames } = await run.ask('stackTrace', { threadId: 1 })
    const { scopes } = await run.ask('scopes', { frameId: stackFrames[0].id })
    t.match(
      scopes.map(({ name, expensive }: { name: string; expensive: boolean }) => [name, expensive]),
      [
        ['Local', false],
        [/^(Closure|Module|Script)/, false],
        ['Global', true],
      ],
    )
    const { variables } = await run.ask('variables', { variablesReference: scopes[0].variablesReference })
    const of = Object.fromEntries(variables.map((one: { name: string }) => [one.name, one]))
    t.match(of, {
      ...{ inner: { value: '1', type: 'number' }, outer: { value: '2' }, minus: { value: '-0' } },
      list: { type: 'Array', indexedVariables: 10_000, value: /^\(10000\) \[0, 2, 4,.*…\]$/ },
      map: { value: /^Map\(2\) \{'a' => 1, / },
      set: { value: "Set(2) {'x', 'y'}" },
      bytes: { value: /^Uint8Array\(3\) \[1, 2, 3\b/, type: 'Uint8Array' },
      text: { value: `'ä€😀\\n\\u0000\\'"'`, type: 'string', variablesReference: 0 },
      point: { value: /^Point \{/, type: 'Point' },
      ...{ big: { value: '12345678901234567890n', type: 'bigint' }, nothing: { value: 'null' } },
      missing: { value: 'undefined', type: 'undefined' },
      error: { value: /^RangeError: out/ },
      pending: { value: /^Promise/ },
      when: { value: /1970/ },
    })
    t.match(of.huge.value, /^'x{10000}'… \(20000000 characters\)$/)
    t.ok(of.huge.value.length < 11_000)

    t.same(await run.parts(of.list.variablesReference, { start: 9_998, count: 4 }), {
      ...{ 9998: '19996', 9999: '19998', length: '10000', named: "'yes'" },
    })
    t.same(await run.parts(of.list.variablesReference, { filter: 'indexed', start: 3, count: 2 }), {
      3: '6',
      4: '8',
    })
    t.same(await run.parts(of.list.variablesReference, { filter: 'named' }), {
      length: '10000',
      named: "'yes'",
    })
    t.equal(Object.keys(await run.parts(of.list.variablesReference)).length, 10_002)
    t.same(await run.parts(of.holes.variablesReference), { 0: '1', 2: '3', length: '3' })
    t.match(await run.parts(of.map.variablesReference, { start: 0, count: 1 }), { 0: '{"a" => 1}' })
    t.match(await run.parts(of.point.variablesReference), { x: '1', '#secret': '7' })
    t.match(await run.parts(of.loop.variablesReference), { self: /^\{self: / })
    t.match(await run.parts(of.proxy.variablesReference), {})
    t.match(await run.evaluate('({ a: [1, { b: 2 }] })'), { result: '{a: Array(2)}' })
    t.match(await run.evaluate('{ a: 1 }'), { result: '{a: 1}' })
    t.match(await run.evaluate('ran'), { result: '0' }, 'no getter and no trap has run')

    const prototype = (
      await run.ask('variables', { variablesReference: of.point.variablesReference })
    ).variables.find(({ name }: { name: string }) => name === '[[Prototype]]')
    const getter = (
      await run.ask('variables', { variablesReference: prototype.variablesReference })
    ).variables.find(({ name }: { name: string }) => name === 'far')
    t.match(getter, { value: '(…)', presentationHint: { lazy: true } })
    t.same(await run.parts(getter.variablesReference), { far: "'far away'" }, 'until it is asked for')

    const set = { variablesReference: scopes[0].variablesReference, name: 'inner', value: 'outer + 40' }
    t.match(await run.ask('setVariable', set), { value: '42' })
    t.match(await run.evaluate('inner'), { result: '42' })
    await run.ask('setVariable', {
      variablesReference: of.point.variablesReference,
      name: 'x',
      value: '{ y: 1 }',
    })
    t.match(await run.evaluate('point.x.y'), { result: '1' })
    t.match(
      await run.ask('setExpression', { expression: 'list[3]', value: '"three"', frameId: stackFrames[0].id }),
      {
        value: "'three'",
      },
    )
    for (const expression of ['nobody', ' nobody '])
      await t.rejects(run.ask('setExpression', { expression, value: '1', frameId: stackFrames[0].id }), {
        message: 'ReferenceError: nobody is not defined',
      })
    await t.rejects(run.ask('setVariable', { ...set, name: 'nobody' }), { message: /no variable nobody/ })
    t.equal(await run.go('continue'), 'terminated')
    await t.rejects(run.ask('variables', set), { message: /there are no variables/ })
  },
)

t.test('an expression that does not end is ended, and the program stands where it was', async t => {
  const { debug } = nodeRig(t, { 'a.js': 'let n = 1\ndebugger\nconsole.log(n)\n' })
  const run = await debug('a.js')
  await run.next()
  await t.rejects(run.evaluate('while (true) {}', { timeout: 200 }), {
    message: 'it took too long, and was ended',
  })
  t.match(await run.evaluate('n = n + 41'), { result: '42' })
  t.match(await run.evaluate('new Promise(() => {})'), { result: /Promise/ }, 'nobody waits for a promise')
  await t.rejects(run.evaluate('n = 9', { context: 'hover' }), { message: /side-effect/ })
  await t.rejects(run.evaluate('throw new TypeError("no")'), { message: 'TypeError: no' })
  t.equal(await run.go('continue'), 'terminated')
  await run.ended
  t.equal(run.output, '42\n')
})

const shadows = `let outside = 1
const makes = n => ({ up: () => { n += 1; outside += 1 } })
function f(n) {
  const { up } = makes(n)
  let later = 'before'
  {
    let n = 'inner'
    debugger
    later = n
  }
  const early = up
  console.log(n, later, outside)
}
f(5)
`

t.test('variables are told as they are after what was set and evaluated at this stop', async t => {
  const { debug } = nodeRig(t, { 'a.js': shadows })
  const run = await debug('a.js')
  await run.next()
  t.match(await run.locals(), { n: "'inner'", later: "'before'", early: 'undefined' })
  await run.evaluate('later = "after " + n')
  t.match(await run.locals(), { n: "'inner'", later: "'after inner'", early: 'undefined' })
  const { stackFrames } = await run.ask('stackTrace', { threadId: 1 })
  const { scopes } = await run.ask('scopes', { frameId: stackFrames[0].id })
  await run.ask('setVariable', {
    ...{ variablesReference: scopes[0].variablesReference, name: 'n', value: '{ deep: 1 }' },
  })
  t.match(await run.parts(scopes[0].variablesReference), { n: '{deep: 1}' })
  await run.evaluate('up()')
  const around = await run.ask('scopes', { frameId: stackFrames[1].id })
  t.match(await run.parts(around.scopes[0].variablesReference), { outside: '2' }, 'in outer frames as well')
  t.equal(await run.go('continue'), 'terminated')
  await run.ended
  t.equal(run.output, '5 { deep: 1 } 2\n')
})
