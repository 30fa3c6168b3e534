import t from 'tap'
import { call, message, nextTurn, type Step, type ToolOutput } from '../../smoke/agents/script.ts'

const outputs = (...texts: string[]): ToolOutput[] => texts.map((text, i) => ({ callId: `call_${i}`, text }))

const steps: Step[] = [
  call('first'),
  {
    kind: 'calls',
    calls: [
      { tool: 'left', arguments: {} },
      { tool: 'right', arguments: {} },
    ],
  },
  ([first, left, right]) => call('third', { heard: [first?.text, left?.text, right?.text] }),
  outputs => message(`heard ${outputs.length}`),
]

t.test('the turn follows from how many tools have answered', async t => {
  t.match(nextTurn(steps, []), { step: 0, turn: { calls: [{ tool: 'first' }] } })
  t.match(nextTurn(steps, outputs('a')), { step: 1, turn: { calls: [{ tool: 'left' }, { tool: 'right' }] } })
  t.match(nextTurn(steps, outputs('a', 'b', 'c')), {
    step: 2,
    turn: { calls: [{ tool: 'third', arguments: { heard: ['a', 'b', 'c'] } }] },
  })
  t.match(nextTurn(steps, outputs('a', 'b', 'c', 'd')), { step: 3, turn: message('heard 4') })
})

t.test('the same question has the same answer', async t => {
  t.same(nextTurn(steps, outputs('a')), nextTurn(steps, outputs('a')))
})

t.test('a script that does not fit the conversation says so', async t => {
  t.match(nextTurn(steps, outputs('a', 'b')), { kind: 'stuck', why: /step 1 called 2 tools, not all/ })
  t.match(nextTurn([call('only')], outputs('a')), { kind: 'stuck', why: /has 1 steps, and all of them/ })
})
