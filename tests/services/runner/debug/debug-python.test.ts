import t from 'tap'
import { debugRig, noDebugpy } from './debug-rig.ts'

const app = `import sys

def total_of(prices):
    total = 0
    for price in prices:
        total += price
    return total

def main():
    prices = [1, 2, 39]
    total = total_of(prices)
    print("total", total)
    return 3

sys.exit(main())
`

t.setTimeout(240_000)

t.test(
  'a program is stopped, looked into, stepped through and ends by itself',
  { skip: noDebugpy },
  async t => {
    const { rig, client, run, state, variables, stack, evaluate, refusal } = await debugRig(t, {
      'app.py': app,
    })
    const debug = await run({ file: 'app.py', breakpoints: ['app.py:6'] })
    t.match(debug.at, {
      id: debug.id,
      session: debug.session,
      command: debug.command,
      engine: 'debugpy',
      status: 'stopped',
      end: null,
      stop: {
        number: 1,
        reason: 'breakpoint',
        breakpoints: [1],
        frame: { index: 0, name: 'total_of', file: 'app.py', line: 6, source: '        total += price' },
      },
      breakpoints: [{ id: 1, file: 'app.py', line: 6, verified: true, message: null }],
    })

    t.match(await variables(debug), {
      variables: [
        { name: 'price', value: '1', type: 'int', reference: 0, truncated: false },
        { name: 'prices' },
        { name: 'total' },
      ],
      total: 3,
      next: null,
    })
    t.match(await stack(debug), {
      frames: [
        { index: 0, name: 'total_of', line: 6 },
        { index: 1, name: 'main', file: 'app.py', line: 11, source: '    total = total_of(prices)' },
        { index: 2, name: '<module>', line: 15 },
      ],
      total: 3,
      next: null,
    })
    t.match(await evaluate(debug, 'total + price * 10'), { value: '10', type: 'int', reference: 0 })
    t.match(await evaluate(debug, 'len(prices)', { frame: 1 }), { value: '3' })
    await evaluate(debug, 'extra = 5')
    t.match(await refusal(debug, 'debug.evaluate', { expression: 'nothing' }), {
      code: 'evaluation_failed',
      detail: "NameError: name 'nothing' is not defined",
    })
    t.match(await evaluate(debug, 'None'), { value: 'None', type: 'NoneType', reference: 0 })
    for (const expression of ['sys.exit(3)', 'import os; raise SystemExit(3)'])
      t.match(await refusal(debug, 'debug.evaluate', { expression }), {
        code: 'evaluation_failed',
        detail: 'SystemExit: 3',
      })

    t.match(await state(debug, 'debug.next'), {
      status: 'stopped',
      stop: { number: 2, reason: 'step', frame: { line: 5 } },
    })
    t.match(await state(debug, 'debug.continue'), {
      stop: { number: 3, reason: 'breakpoint', frame: { line: 6 } },
    })
    t.match(
      await state(debug, 'debug.step_out'),
      { stop: { frame: { line: 6 } } },
      'a breakpoint comes before the return',
    )
    t.match(await state(debug, 'debug.step_out'), { stop: { reason: 'step', frame: { name: 'main' } } })
    t.match(await state(debug, 'debug.next'), { stop: { frame: { line: 12 } } })
    t.match(await state(debug, 'debug.next'), { stop: { frame: { line: 13 } } })
    await rig.printed(debug.session, debug.command, 'total 42\n')
    const end = await state(debug, 'debug.continue')
    t.match(end, {
      status: 'ended',
      stop: null,
      end: { reason: 'exited', exit_code: 3, message: 'the program exited with code 3' },
    })
    const row = await rig.ended(debug.command)
    t.match(row, { status: 'failed', exit_code: 3, failure_json: null })
    t.equal(rig.stdout(row), 'total 42\n')
    t.equal(rig.stderr(row), '')
    t.match(await state(debug, 'debug.status'), { status: 'ended' }, 'afterwards the store tells of it')
    t.match(await refusal(debug, 'debug.next'), {
      code: 'debug_session_ended',
      detail: 'the program exited with code 3 (exit code 3)',
    })
    const told = client.events.map(({ event }) => event)
    t.equal(told.filter(event => event === 'stopped').length, 7)
    t.equal(told.filter(event => event === 'continued').length, 7)
    t.equal(told.at(-1), 'ended')
  },
)
