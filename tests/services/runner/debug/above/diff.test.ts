import t from 'tap'
import { mostDiffBytes, type StopDiff, stopDiffSchema } from '../../../../../services/contract/debug-diff.ts'
import { bytesOf } from '../../../../../services/runner/debug/above/fit-report.ts'
import { debugRig, type Launched, noDebugpy } from '../debug-rig.ts'

const tree = {
  'app.py': `class Cart:
    def __init__(self):
        self.items = []
        self.total = 0


def add(cart, price):
    cart.total += price
    cart.items.append(price)
    return cart.total


def shop():
    cart = Cart()
    big = ['x' * 1000] * 400
    add(cart, 2)
    note = 'two'
    add(cart, 3)
    del note
    return cart, big


shop()
`,
  'loop.py': `n = 0
while n < 100:
    n += 1
`,
}

t.setTimeout(240_000)
t.test('what changed between two stops', { skip: noDebugpy }, async t => {
  const { run, answer, state, refusal } = await debugRig(t, tree)
  const diff = async (of: Launched, input: object = {}): Promise<StopDiff> => {
    const told = stopDiffSchema.parse(await answer(of, 'debug.diff', input))
    t.ok(bytesOf(told) <= mostDiffBytes)
    return told
  }
  const changes = ({ frames }: StopDiff) =>
    frames.map(({ name, variables }) => [name, ...variables.map(one => `${one.kind} ${one.name}`)])

  await t.test('each stop is kept from the first question on, the present one too', async t => {
    const launched = await run({ file: 'app.py', breakpoints: ['app.py:8', 'app.py:17', 'app.py:20'] })
    t.match(await diff(launched), { from: null, to: { number: 1 }, kept: [1], note: /^stops are kept/ })
    await state(launched, 'debug.continue')
    const back = await diff(launched)
    t.match(back, {
      from: { number: 1, frame: { name: 'add', line: 8 } },
      to: { number: 2, reason: 'breakpoint', frame: { name: 'shop', file: 'app.py', line: 17 } },
      ...{ stack: { entered: [], left: [{ name: 'add', line: 8 }], same: 2 }, kept: [1, 2], note: null },
    })
    t.same(changes(back)[0], ['shop', 'changed cart'])
    t.match(back.frames[0]?.variables[0]?.parts, [
      { name: 'items', kind: 'changed', before: '[]', after: '[2]' },
      { name: 'total', kind: 'changed', before: '0', after: '2' },
    ])
    await state(launched, 'debug.continue')
    const again = await diff(launched)
    t.match(again.stack, { entered: [{ name: 'add' }], left: [] })
    t.same(changes(again), [['shop', 'added note']])
    await state(launched, 'debug.continue')
    t.same(changes(await diff(launched, { from: 3 })), [['shop', 'changed cart', 'gone note']])
    t.match(await diff(launched, { from: 1, to: 4 }), { from: { number: 1 }, to: { number: 4 } })
    t.match(changes(await diff(launched, { from: 4, to: 2 })), [['shop', 'changed cart']])
    t.match(await refusal(launched, 'debug.diff', { from: 9 }), {
      ...{ code: 'debugger_refused', detail: 'stop 9 is not kept: there are 1, 2, 3, 4' },
    })
    await state(launched, 'debug.continue')
    t.match(await refusal(launched, 'debug.diff'), { code: 'debug_session_ended' })
  })

  await t.test('the last 20 are kept, and nothing before anybody asks', async t => {
    const launched = await run({ file: 'loop.py', stop_on_entry: true })
    await state(launched, 'debug.next')
    t.match(await diff(launched), { from: null, to: { number: 2 }, kept: [2] })
    for (let i = 0; i < 22; i++) await state(launched, 'debug.next')
    const { kept, from, to } = await diff(launched)
    t.equal(kept.length, 20)
    t.match([from?.number, to?.number], [kept.at(-2), kept.at(-1)])
    t.equal(to?.number, 24)
    await state(launched, 'debug.terminate')
  })
})
