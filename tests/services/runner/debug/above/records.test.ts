import t from 'tap'
import { type Probe, type Recorded, recordedSchema } from '../../../../../services/contract/debug-probes.ts'
import { debugRig, type Launched, noDebugpy } from '../debug-rig.ts'

const tree = {
  'app.py': `import threading


class Cart:
    def add(self, name, count=1, *more, **options):
        if count < 0:
            raise ValueError(name)
        return count * 2


def fact(n):
    if n < 2:
        return 1
    return n * fact(n - 1)


def numbers(most):
    for n in range(most):
        yield n


total = 0
cart = Cart()
for i in range(6):
    total += i // 2
    last = total
cart.add('apple', 3, 'x', fresh=True)
try:
    cart.add('pear', count=-1)
except ValueError:
    pass
fact(3)
list(numbers(3))
thread = threading.Thread(target=fact, args=(1,), name='other')
thread.start()
thread.join()
done = True
cart.add('last')
`,
  'leaves.py': `import sys


def numbers():
    yield 1
    yield 2


def leaves(code):
    sys.exit(code)


first = numbers()
next(first)
leaves(3)
`,
  'many.py': `def step(n):
    return n + 1


n = 0
while n < 6000:
    n = step(n)
`,
}

t.setTimeout(240_000)
t.test('records of a debuggee that runs on', { skip: noDebugpy }, async t => {
  const { run, answer, state, refusal } = await debugRig(t, tree)
  const read = async (of: Launched, input: object = {}): Promise<Recorded> =>
    recordedSchema.parse(await answer(of, 'debug.recorded', { limit: 1_000, ...input }))

  await t.test('calls tell arguments, results, exceptions, depth and thread', async t => {
    const launched = await run({ file: 'app.py', stop_on_entry: true, breakpoints: ['app.py:37'] })
    const functions = ['app.py:Cart.add', 'app.py:fact', 'app.py:numbers']
    t.match(await answer(launched, 'debug.trace', { functions: [...functions, 'app.py:fact'] }), [
      { kind: 'calls', id: 1, function: 'Cart.add', verified: true, returns: true, hits: 0 },
      { id: 2 },
      { id: 3 },
    ])
    t.match(await state(launched, 'debug.continue'), { stop: { frame: { line: 37 } } })
    const { records, probes, lost } = await read(launched)
    const told = records.map(record => {
      if (record.kind === 'value') throw new Error('nothing is watched')
      const given = record.arguments.map(({ name, value }) => `${name}=${value}`).join(' ')
      return [
        record.function,
        given.replace(/self=\S+ \S+ \S+ \S+ /, ''),
        record.ended,
        record.result,
        record.depth,
        record.thread,
      ]
    })
    t.same(told, [
      [
        'Cart.add',
        "name='apple' count=3 more=('x',) options={'fresh': True}",
        'returned',
        '6',
        0,
        'MainThread',
      ],
      ['Cart.add', "name='pear' count=-1 more=() options={}", 'raised', null, 0, 'MainThread'],
      ['fact', 'n=1', 'returned', '1', 2, 'MainThread'],
      ['fact', 'n=2', 'returned', '2', 1, 'MainThread'],
      ['fact', 'n=3', 'returned', '6', 0, 'MainThread'],
      ['numbers', 'most=3', 'returned', 'None', 0, 'MainThread'],
      ['fact', 'n=1', 'returned', '1', 0, 'other'],
    ])
    t.same([lost, probes.map(({ hits }) => hits)], [0, [2, 4, 1]])
    t.ok(records.every(record => record.kind === 'call' && (record.duration ?? -1) >= 0))
    t.match(await answer(launched, 'debug.trace', { remove: [2, 3] }), [{ id: 1 }])
    t.match(await state(launched, 'debug.continue'), { end: { exit_code: 0 } })
    t.equal(
      (await read(launched, { from: 5 })).records.length,
      3,
      'they are kept for a while, the last one too',
    )
  })

  await t.test('one that has not returned is told at the end', async t => {
    const launched = await run({ file: 'leaves.py', stop_on_entry: true, exceptions: 'never' })
    const functions = ['leaves.py:numbers', 'leaves.py:leaves']
    await answer(launched, 'debug.trace', { functions })
    t.match(await state(launched, 'debug.continue'), { end: { exit_code: 3 } })
    t.match((await read(launched)).records, [
      { function: 'leaves', ended: 'raised', result: null },
      { function: 'numbers', ended: 'open', result: null, duration: null, thread: 'MainThread' },
    ])
  })

  await t.test('a watch tells each value, or each that is another, and stops nothing', async t => {
    const launched = await run({ file: 'app.py', stop_on_entry: true, breakpoints: ['app.py:27'] })
    const watch = (at: string, expression: string, changes = false) =>
      answer(launched, 'debug.watch', { at, expression, changes }) as Promise<Probe[]>
    await watch('app.py:"last = total"', 'total')
    await watch('app.py:25', 'total', true)
    await watch('app.py:25', '(total, i)')
    t.match((await watch('app.py:15', 'n')).at(-1), { verified: false, message: /^line 15 holds no code/ })
    await watch('app.py:27', 'nothing')
    const breakpoints = await answer(launched, 'debug.break', {})
    t.match(breakpoints, [{ kind: 'line', line: 27 }])
    t.equal((breakpoints as unknown[]).length, 1, 'none of them is a breakpoint')
    t.match(await state(launched, 'debug.continue'), { stop: { frame: { line: 27 } } })
    const { records, probes } = await read(launched)
    const of = (id: number) =>
      records.flatMap(record => (record.kind === 'value' && record.probe === id ? [record.value] : []))
    t.same(of(1), ['0', '0', '1', '2', '4', '6'])
    t.same(of(2), ['0', '1', '2', '4'], 'changes alone')
    t.same(of(3), ['(0, 0)', '(0, 1)', '(0, 2)', '(1, 3)', '(2, 4)', '(4, 5)'], 'two in one line')
    t.match(
      probes.map(({ verified, message }) => [verified, message]),
      [
        [true, null],
        [true, null],
        [true, null],
        [false, /no code/],
        [false, /^a breakpoint is in this line/],
      ],
    )
    await answer(launched, 'debug.break', { breakpoints: ['app.py:27'], remove: true })
    t.match(
      (await read(launched)).probes.at(-1),
      { verified: true, message: null },
      'it comes when there is room',
    )
    await state(launched, 'debug.terminate')
  })

  await t.test('an expression that fails tells so, and reading waits for what comes', async t => {
    const launched = await run({ file: 'app.py', stop_on_entry: true, breakpoints: ['app.py:30'] })
    await answer(launched, 'debug.watch', { at: 'app.py:25', expression: 'missing' })
    t.same((await read(launched, { wait: 30 })).records, [], 'nothing comes of one that stands still')
    await state(launched, 'debug.continue', { wait: 0 })
    const first = await read(launched, { wait: 30, limit: 1 })
    await state(launched, 'debug.status')
    t.match(first.records, [
      { kind: 'value', number: 1, value: "<NameError: name 'missing' is not defined>" },
    ])
    t.match(await read(launched, { from: first.next, limit: 2 }), {
      records: [{ number: 2 }, { number: 3 }],
      next: 3,
      more: true,
    })
    await state(launched, 'debug.terminate')
  })

  await t.test('of many the last are kept, and the others counted', async t => {
    const launched = await run({ file: 'many.py', stop_on_entry: true })
    await answer(launched, 'debug.trace', { functions: ['many.py:step'] })
    t.match(await state(launched, 'debug.continue'), { end: { exit_code: 0 } })
    const { records, lost, next, probes } = await read(launched)
    t.equal(records.length, 1_000)
    t.equal(records.length + lost, next)
    t.ok(lost >= 4_000, 'more than 2,000 are never kept')
    t.match(probes, [{ hits: 6_000 }])
    t.equal((await read(launched, { from: next })).next, 6_000)
    t.match((await read(launched, { from: next })).records.at(-1), { number: 6_000, result: '6000' })
  })

  await t.test('what cannot be is refused', async t => {
    const launched = await run({ file: 'app.py', stop_on_entry: true })
    t.match(await refusal(launched, 'debug.trace', { functions: ['app.py:facts'] }), {
      code: 'debugger_refused',
      detail: 'no function facts begins in app.py; did you mean "fact"?',
    })
    t.match(await refusal(launched, 'debug.trace', { functions: ['nothing.py:f'] }), {
      detail: /no such file/,
    })
    t.match(await refusal(launched, 'debug.watch', { at: 'app.py:1', expression: '{1}' }), {
      code: 'invalid_input',
    })
    t.match(await refusal(launched, 'debug.watch', { at: 'app.py:1' }), {
      detail: /give a line and an expression/,
    })
    t.match(await read(launched), { probes: [], records: [], next: 0, lost: 0 })
    await state(launched, 'debug.terminate')
  })
})
