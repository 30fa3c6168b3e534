import t from 'tap'
import type { Breakpoint } from '../../../../services/contract/debug-breakpoints.ts'
import { debugRig, noDebugpy } from './debug-rig.ts'

const tree = {
  'app.py': `def add(total, step):
    total = total + step
    return total

def fails(i):
    try:
        raise ValueError(i)
    except ValueError:
        pass

total = 0
for i in range(40):
    total = add(total, 1)
    fails(i)
print(total)
`,
  'later.py': 'def late():\n    pass\n',
  'crash.py': `total = 1
print(total)
raise ValueError('at last')
`,
}

t.setTimeout(240_000)

t.test('breakpoints of every kind that debugpy has', { skip: noDebugpy }, async t => {
  const { run, state, answer, evaluate, refusal } = await debugRig(t, tree)
  const change = async (of: Awaited<ReturnType<typeof run>>, breakpoints: object[] | string[], more = {}) =>
    (await answer(of, 'debug.break', { breakpoints, ...more })) as Breakpoint[]

  await t.test('a condition', async t => {
    const debug = await run({ breakpoints: [{ kind: 'line', at: 'app.py:2', condition: 'total == 7' }] })
    t.match(debug.at, {
      stop: { breakpoints: [1], frame: { line: 2 } },
      breakpoints: [{ kind: 'line', id: 1, condition: 'total == 7', verified: true }],
    })
    t.match(await evaluate(debug, 'total'), { value: '7' })
    t.match(await state(debug, 'debug.continue'), { status: 'ended' })
  })

  await t.test('a number of hits, alone and with a condition', async t => {
    const at = 'app.py:2'
    const debug = await run({ breakpoints: [{ kind: 'line', at, hit_condition: '3' }] })
    t.match(await evaluate(debug, 'total'), { value: '2' }, 'the third')
    t.match(await change(debug, [{ kind: 'line', at, hit_condition: '%10' }]), [
      { id: 1, verified: true, hit_condition: '%10' },
    ])
    await state(debug, 'debug.continue')
    t.match(await evaluate(debug, 'total'), { value: '12' }, 'the tenth from there on')
    await change(debug, [{ kind: 'line', at, hit_condition: '>=2', condition: 'total % 2 == 0' }])
    await state(debug, 'debug.continue')
    t.match(await evaluate(debug, 'total'), { value: '16' }, 'the second where the condition holds')
    await state(debug, 'debug.continue')
    t.match(await evaluate(debug, 'total'), { value: '18' })
    await change(debug, [{ kind: 'line', at, hit_condition: '2', condition: 'total % 2 == 0' }])
    await state(debug, 'debug.continue')
    t.match(await evaluate(debug, 'total'), { value: '22' })
    t.match(await state(debug, 'debug.continue'), { status: 'ended' }, 'at that hit alone')
  })

  await t.test('one that is no expression says so, and stops nothing', async t => {
    const debug = await run({
      breakpoints: [
        { kind: 'line', at: 'app.py:2', condition: 'total ==' },
        { kind: 'line', at: 'app.py:3', log_message: 'x {total +}' },
        'app.py:15',
      ],
    })
    t.match(debug.at, {
      stop: { frame: { line: 15 } },
      breakpoints: [
        { verified: false, message: /^the condition is no Python expression: / },
        { verified: false, message: /^the log message is no Python expression: / },
        { verified: true },
      ],
    })
  })

  await t.test('a function and an exception', async t => {
    const names = ['add', 'no_such', 'fail', 'Cart.add', 'dumps', 'late']
    const functions = names.map(name => ({ kind: 'function', name }) as const)
    const debug = await run({ breakpoints: functions })
    t.match(debug.at, {
      stop: { breakpoints: [1], frame: { name: 'add' } },
      breakpoints: [
        { name: 'add', verified: true, message: null },
        { verified: false, message: 'the program has loaded no function no_such of its own yet' },
        { verified: false, message: /no function fail of its own yet; did you mean fails\?$/ },
        { verified: false, message: 'debugpy knows functions of Python by their own name alone: add' },
        { verified: false, message: /no function dumps/ },
        { verified: false, message: /no function late/ },
      ],
    })
    const now = await change(debug, [{ kind: 'function', name: 'fails' }])
    t.match(now[6], { name: 'fails', verified: true, message: null }, 'of one that is loaded already')
    await evaluate(debug, "__import__('later')")
    t.match(
      (await change(debug, []))[5],
      { name: 'late', verified: true, message: null },
      'once it is loaded',
    )
    t.match(await change(debug, [{ kind: 'exception', filter: 'raised' }], { clear: true }), [
      { kind: 'exception', id: 8, filter: 'raised', verified: true },
    ])
    t.match(await state(debug, 'debug.continue'), {
      stop: { reason: 'exception', description: 'ValueError', text: '0', frame: { name: 'fails', line: 7 } },
    })
    t.same(await change(debug, [], { ids: [8], remove: true }), [])
    t.match(await refusal(debug, 'debug.break', { breakpoints: [{ kind: 'exception', filter: 'raise' }] }), {
      code: 'debugger_refused',
      detail: /has no exception filter "raise"; did you mean "?raised/,
    })
    t.match(await refusal(debug, 'debug.break', { breakpoints: [{ kind: 'data', expression: 'total' }] }), {
      code: 'debugger_refused',
      detail: 'this debugger (debugpy) has no data breakpoints',
    })
    t.match(await state(debug, 'debug.continue'), { status: 'ended', end: { exit_code: 0 } })
  })

  await t.test('taken away, they leave what the launch asked for', async t => {
    const debug = await run({ file: 'crash.py', breakpoints: ['crash.py:2'] })
    t.match(debug.at, { stop: { reason: 'breakpoint' } })
    t.same(await change(debug, [], { clear: true }), [])
    t.match(await state(debug, 'debug.continue'), { stop: { reason: 'exception', text: 'at last' } })
    const free = await run({ file: 'crash.py', breakpoints: ['crash.py:2'] })
    await change(free, [{ kind: 'exception', filter: 'uncaught' }], { remove: true })
    t.match(
      await state(free, 'debug.continue'),
      { status: 'ended', end: { exit_code: 1 } },
      'but by its name',
    )
  })

  await t.test('a line by its text', async t => {
    const debug = await run({
      breakpoints: ['app.py:"return total"', 'app.py:"total"', 'app.py:"no such"', 'ap.py:"x"'],
    })
    t.match(debug.at.stop, { breakpoints: [1], frame: { line: 3 } })
    t.match(debug.at.breakpoints, [
      { id: 1, line: 3, text: 'return total', verified: true },
      { line: null, verified: false, message: /^6 lines of app.py hold "total": 1, 2, 3, 11, 13, 15; / },
      { line: null, verified: false, message: 'no line of app.py holds "no such"' },
      { line: null, verified: false, message: 'no such file in the worktree; did you mean app.py?' },
    ])
    const before = await change(debug, [])
    t.match(await refusal(debug, 'debug.break', { breakpoints: ['app.py:12', 'app.py:"no such"'] }), {
      code: 'debugger_refused',
      detail: 'no line of app.py holds "no such"',
    })
    t.same(await change(debug, []), before, 'nothing has changed')
    t.equal((await change(debug, ['app.py:"return total"'], { remove: true })).length, 3)
  })
})
