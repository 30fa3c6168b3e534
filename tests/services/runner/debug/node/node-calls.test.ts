import t from 'tap'
import { type Recorded, recordedSchema } from '../../../../../services/contract/debug-probes.ts'
import { debugRig, type Launched } from '../debug-rig.ts'

const tree = {
  'app.cjs': `const { Worker } = require('node:worker_threads')
function fact(n) {
  if (n < 2) return 1
  return n * fact(n - 1)
}
const pair = (a, b) => ({ a, b })
function nothing() {}
function checked(n) {
  if (n < 0) throw new RangeError('negative')
  return String(n)
}
function outer(n) {
  try {
    return checked(n)
  } catch {
    return null
  }
}
async function later(n) {
  await null
  return n
}
function* numbers(most) {
  for (let n = 0; n < most; n++) yield n
}
class Cart {
  items = []
  add(item) {
    this.items.push(item)
    return this.items
  }
}
function leave(code) {
  process.exit(code)
}
async function main() {
  fact(3)
  pair(1, 'x')
  nothing()
  outer(8)
  outer(-8)
  await Promise.all([later(1), later(2)])
  for (const _ of numbers(2)) fact(1)
  new Cart().add('apple')
  const worker = new Worker('require(' + JSON.stringify(__dirname + '/work.cjs') + ')', { eval: true })
  await new Promise(resolve => worker.once('exit', resolve))
  fact(2) // mark: step
  const ready = 1
  leave(ready + 1)
}
main()
`,
  'work.cjs': `const work = (n) => n + 1
work(4)
`,
  'count.cjs': `for (let n = 0; n < 5; n++) {
  globalThis.first = n
  globalThis.second = n
  globalThis.third = n
}
`,
  'app.ts': `type Item = { price: number }
export function total(items: Item[]): number {
  let sum = 0
  for (const { price } of items) sum += price
  return sum
}
console.log(total([{ price: 1 }, { price: 2 }]))
`,
}
const line = (text: string) => tree['app.cjs'].split('\n').findIndex(one => one.includes(text)) + 1

t.setTimeout(240_000)
t.test('calls of a program of Node.js', async t => {
  const { run, answer, state, evaluate } = await debugRig(t, tree)
  const read = async (of: Launched, input: object = {}): Promise<Recorded> =>
    recordedSchema.parse(await answer(of, 'debug.recorded', { limit: 1_000, ...input }))
  const inShort = ({ records }: Recorded) =>
    records.map(record => {
      if (record.kind === 'value') throw new Error('nothing is watched')
      const { function: name, arguments: given, ended, result, depth } = record
      return `${name}(${given.map(({ value }) => value)}) ${ended} ${result} at ${depth}`
    })
  const node = (file: string) => ({ program: { kind: 'node', file } as const, exceptions: 'never' as const })

  await t.test('tell results, exceptions, recursion, depth and what has not returned', async t => {
    const breakpoints = [`app.cjs:${line('  fact(3)')}`, `app.cjs:${line('mark: step')}`]
    const launched = await run({ ...node('app.cjs'), breakpoints })
    const names = 'fact pair nothing checked outer later numbers Cart.add leave'.split(' ')
    const functions = [...names.map(name => `app.cjs:${name}`), 'work.cjs:work']
    const probes = (await answer(launched, 'debug.trace', { functions })) as { verified: boolean }[]
    t.same(
      probes.map(({ verified }) => verified),
      [...names.map(() => true), false],
    )
    t.match(probes.at(-1), { message: /has not loaded this file yet/ })
    t.match(await state(launched, 'debug.continue'), { stop: { frame: { line: line('mark: step') } } })
    const told = await read(launched)
    t.same(inShort(told), [
      'fact(1) returned 1 at 2',
      'fact(2) returned 2 at 1',
      'fact(3) returned 6 at 0',
      'pair(1,x) returned {a: 1, b: "x"} at 0',
      'nothing() returned undefined at 0',
      'checked(8) returned 8 at 1',
      'outer(8) returned 8 at 0',
      'checked(-8) raised null at 1',
      'outer(-8) returned null at 0',
      'later(1) unseen null at 0',
      'later(2) unseen null at 0',
      'numbers(2) unseen null at 0',
      'fact(1) returned 1 at 0',
      'fact(1) returned 1 at 0',
      'Cart.add(apple) returned ["apple"] at 0',
      'work(4) returned 5 at 0',
    ])
    t.match(told.records.at(-1), { thread: /^worker/ })
    t.ok(told.records.every(record => record.kind === 'call' && (record.duration ?? 0) >= 0))

    const { next } = told
    t.match(await state(launched, 'debug.next'), {
      stop: { reason: 'step', frame: { line: line('const ready') } },
    })
    t.same(inShort(await read(launched, { from: next })), [
      'fact(1) returned <not seen: the program was being stepped> at 1',
      'fact(2) returned <not seen: the program was being stepped> at 0',
    ])
    t.match(await state(launched, 'debug.continue'), { end: { reason: 'exited', exit_code: 2 } })
    t.match((await read(launched, { from: next + 2 })).records, [
      { function: 'leave', ended: 'open', result: null, duration: null },
    ])
  })

  await t.test('are told of TypeScript', async t => {
    const launched = await run({ ...node('app.ts'), breakpoints: ['app.ts:7'] })
    await answer(launched, 'debug.trace', { functions: ['app.ts:total'] })
    t.match(await state(launched, 'debug.continue'), { end: { exit_code: 0 } })
    t.same(inShort(await read(launched)), ['total([{price: 1}, {price: 2}]) returned 3 at 0'])
  })

  await t.test('are told from the first on of what is loaded later', async t => {
    const launched = await run({ ...node('app.ts'), trace: ['app.ts:total'] })
    t.match(await state(launched, 'debug.status', { wait: 30 }), { end: { exit_code: 0 } })
    t.same(inShort(await read(launched)), ['total([{price: 1}, {price: 2}]) returned 3 at 0'])
    const stepped = await run({ ...node('app.ts'), breakpoints: ['app.ts:3'], trace: ['app.ts:total'] })
    t.match(
      stepped.at,
      { stop: { reason: 'breakpoint', frame: { line: 3 } } },
      'a breakpoint there is a stop',
    )
    t.match(await state(stepped, 'debug.continue'), { end: { exit_code: 0 } })
    t.same(inShort(await read(stepped)), ['total([{price: 1}, {price: 2}]) returned 3 at 0'])
  })

  await t.test('hits of a breakpoint are counted on when others come', async t => {
    const launched = await run({
      ...node('count.cjs'),
      breakpoints: [
        { kind: 'line', at: 'count.cjs:2', hit_condition: '3' },
        { kind: 'line', at: 'count.cjs:3', condition: 'n === 0' },
      ],
    })
    t.equal(launched.at.stop?.frame?.line, 3)
    await answer(launched, 'debug.break', {
      breakpoints: [{ kind: 'line', at: 'count.cjs:4', condition: 'n > 9' }],
    })
    t.match(await state(launched, 'debug.continue'), { stop: { frame: { line: 2 } } })
    t.equal((await evaluate(launched, 'n')).value, '2')
    await state(launched, 'debug.terminate')
  })
})
