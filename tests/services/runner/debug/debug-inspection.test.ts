import t from 'tap'
import type { Variable } from '../../../../services/contract/debug-resources.ts'
import { debugRig, noDebugpy } from './debug-rig.ts'

const tree = {
  'app.py': `import collections

def work(items, table):
    total = sum(items)
    point = collections.namedtuple("Point", "x y")(1, 2)
    total += 1
    return total

items = list(range(10_000))
table = {f"key {n}": n * n for n in range(2_000)}
print(work(items, table))
made = compile("def generated():\\n    return 1 / 0\\n", "<made>", "exec")
exec(made)
generated()
`,
  'crlf.py': 'x = 1\r\ny = 2\r\n',
}

t.setTimeout(240_000)

t.test('what debugpy tells of a stop beyond stack and variables', { skip: noDebugpy }, async t => {
  const { run, state, answer, evaluate, refusal, variables } = await debugRig(t, tree)
  const debug = await run({ breakpoints: ['app.py:6'] })
  const reference = async (name: string): Promise<number> =>
    (await variables(debug)).variables.find(one => one.name === name)?.reference ?? 0
  const names = (page: { variables: Variable[] }) => page.variables.map(({ name }) => name)

  await t.test('elements by the page, however many there are', async t => {
    const items = await reference('items')
    const last = await variables(debug, { reference: items, start: 9_998, limit: 10 })
    t.match(last, {
      variables: [
        { name: '9998', value: '9998' },
        { name: '9999', value: '9999' },
        { name: 'len()', value: '10000' },
      ],
      total: 10_001,
      next: null,
    })
    t.match(await variables(debug, { reference: items, start: 5_000, limit: 2 }), {
      variables: [{ name: '5000' }, { name: '5001' }],
      next: 5_002,
    })
    t.same(names(await variables(debug, { reference: items, filter: 'named' })), ['len()'])
    t.match(await variables(debug, { reference: items, filter: 'indexed', start: 9_999 }), {
      variables: [{ name: '9999' }],
      total: 10_000,
      next: null,
    })
    const table = await reference('table')
    t.match(await variables(debug, { reference: table, start: 1_999, limit: 1 }), {
      variables: [{ name: "'key 1999'", value: '3996001' }],
      total: 2_001,
    })
    const { reference: halves } = await evaluate(debug, '[items[:3], items[3:]]')
    t.match(await variables(debug, { reference: halves, limit: 2 }), {
      variables: [{ reference: Number }, { reference: Number }],
      total: 3,
      next: 2,
    })
    t.equal((await variables(debug, { filter: 'indexed' })).total, 0, 'locals have names')
  })

  await t.test('values are set', async t => {
    t.match(await answer(debug, 'debug.set', { name: 'total', value: '40 + 1' }), {
      value: '41',
      type: 'int',
    })
    t.match(await evaluate(debug, 'total'), { value: '41' })
    const items = await reference('items')
    t.match(await answer(debug, 'debug.set', { name: '0', value: '"first"', reference: items }), {
      value: "'first'",
    })
    t.match(await answer(debug, 'debug.set', { name: 'items[1]', value: 'None' }), { value: 'None' })
    t.match(await evaluate(debug, 'items[:3]'), { value: "['first', None, 2]" })
    t.match(await refusal(debug, 'debug.set', { name: 'totl', value: '7' }), {
      code: 'evaluation_failed',
      detail: 'NameError: there is no variable totl; did you mean total?',
    })
    t.match(await refusal(debug, 'debug.evaluate', { expression: 'totl' }), { code: 'evaluation_failed' })
    t.match(await refusal(debug, 'debug.set', { name: 'total', value: 'nothing' }), {
      code: 'evaluation_failed',
      detail: "NameError: name 'nothing' is not defined",
    })
  })

  await t.test('source around a frame, of any file, and as generated', async t => {
    t.same(await answer(debug, 'debug.source', { around: 1 }), {
      file: 'app.py',
      reference: null,
      line: 6,
      first: 5,
      lines: [
        '    point = collections.namedtuple("Point", "x y")(1, 2)',
        '    total += 1',
        '    return total',
      ],
      total: 15,
    })
    t.match(await answer(debug, 'debug.source', { frame: 1, around: 0 }), { first: 11, lines: [/^print/] })
    t.match(await answer(debug, 'debug.source', { file: 'crlf.py' }), {
      first: 1,
      lines: ['x = 1', 'y = 2', ''],
    })
    t.match(await refusal(debug, 'debug.source', { file: 'ap.py' }), {
      code: 'debugger_refused',
      detail: 'ap.py: no such file in the worktree; did you mean app.py?',
    })
    t.match(await refusal(debug, 'debug.source', { file: 'app.py', line: 400 }), {
      detail: 'there is no line 400: the source has 15 lines',
    })
  })

  await t.test('modules, and what debugpy does not have', async t => {
    const { modules, total } = (await answer(debug, 'debug.modules', {})) as {
      modules: unknown[]
      total: number
    }
    t.equal(modules.length, total)
    for (const [operation, input, what] of [
      ['debug.disassemble', {}, 'disassembly'],
      ['debug.memory', { address: '0x1' }, 'way to read memory'],
      ['debug.write_memory', { address: '0x1', hex: '00' }, 'way to write memory'],
      ['debug.sources', {}, 'list of loaded sources'],
      ['debug.step_back', {}, 'way to step back'],
      ['debug.next', { single_thread: true }, 'way to let one thread alone go on'],
      ['debug.next', { granularity: 'instruction' }, 'steps by instruction'],
    ] as const)
      t.match(await refusal(debug, operation, input), {
        code: 'debugger_refused',
        detail: `this debugger (debugpy) has no ${what}`,
      })
    t.match(await refusal(debug, 'debug.exception', {}), {
      code: 'debugger_refused',
      detail: /stands at no exception: it stopped for breakpoint/,
    })
  })

  await t.test('an exception in full', async t => {
    t.match(await state(debug, 'debug.continue'), { stop: { reason: 'exception' } })
    t.match(await answer(debug, 'debug.exception', {}), {
      id: 'ZeroDivisionError',
      message: 'division by zero',
      stack: /app\.py/,
    })
  })
})

t.test('running to a line leaves nothing behind there', { skip: noDebugpy }, async t => {
  const loop = `def add(total):
    return total + 1

# nothing
total = 0
while total < 5:
    total = add(total)
    print(total)
print("end")
`
  const { run, state, answer, refusal } = await debugRig(t, { 'app.py': loop })
  const debug = await run({ breakpoints: ['app.py:5'] })
  t.match(await state(debug, 'debug.until', { at: 'app.py:8' }), {
    stop: { breakpoints: [], frame: { line: 8 } },
    breakpoints: [{ id: 1, line: 5 }],
  })
  t.match(await state(debug, 'debug.until', { at: 'app.py:"return total"' }), {
    stop: { frame: { name: 'add', line: 2 } },
  })
  t.match(await refusal(debug, 'debug.until', { at: 'app.py:4' }), {
    code: 'debugger_refused',
    detail: /^line 4 of app.py holds no code; the nearest line with code is \d+$/,
  })
  t.match(await refusal(debug, 'debug.until', { at: 'no.py:4' }), {
    code: 'debugger_refused',
    detail: /no such file/,
  })
  // A breakpoint that never holds does not stand in the way, and is as it was afterwards.
  await answer(debug, 'debug.break', { breakpoints: [{ kind: 'line', at: 'app.py:8', condition: 'False' }] })
  t.match(await state(debug, 'debug.until', { at: 'app.py:8' }), { stop: { frame: { line: 8 } } })
  t.match(await state(debug, 'debug.until', { at: 'app.py:9' }), {
    stop: { frame: { line: 9 } },
    breakpoints: [{ line: 5 }, { line: 8, condition: 'False', verified: true }],
  })
  t.match(await state(debug, 'debug.continue'), { status: 'ended', end: { exit_code: 0 } })
})
