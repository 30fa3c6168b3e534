import t from 'tap'
import type { Stop } from '../../../../services/contract/debug-resources.ts'
import {
  type DebuggeeState,
  debuggeeState,
  type Happening,
} from '../../../../services/runner/debug/debuggee-state.ts'

const stop = (number: number): Stop => ({
  ...{ number, reason: 'step', description: null, text: null, thread: 0, breakpoints: [] },
  frame: null,
})
const event = { reason: 'step', threadId: 0 }

const launching: DebuggeeState = { kind: 'launching', number: 0 }
const running: DebuggeeState = { kind: 'running', number: 1, from: null }
const halted: DebuggeeState = { kind: 'halted', number: 2, event }
const stopped = { kind: 'stopped', number: 2, stop: stop(2) } satisfies DebuggeeState
const sent: DebuggeeState = { kind: 'running', number: 2, from: stopped }
const ended: DebuggeeState = { kind: 'ended', number: 2, last: null }

const same = Symbol('the same state')
const happenings = {
  configured: { kind: 'configured' },
  halted: { kind: 'halted', event },
  located: { kind: 'located', stop: stop(2) },
  sent_on: { kind: 'sent_on' },
  agreed: { kind: 'agreed' },
  refused: { kind: 'refused' },
  continued: { kind: 'continued' },
  ended: { kind: 'ended', last: null },
} satisfies Record<string, Happening>

type Row = Record<keyof typeof happenings, DebuggeeState | typeof same>
const gone = (number: number): DebuggeeState => ({ kind: 'ended', number, last: null })
const table: [name: string, from: DebuggeeState, row: Row][] = [
  [
    'launching',
    launching,
    {
      configured: { kind: 'running', number: 0, from: null },
      halted: { kind: 'halted', number: 1, event },
      ...{ located: same, sent_on: same, agreed: same, refused: same, continued: same },
      ended: gone(0),
    },
  ],
  [
    'running',
    running,
    {
      configured: same,
      halted,
      ...{ located: same, sent_on: same, agreed: running, refused: same, continued: same },
      ended: gone(1),
    },
  ],
  [
    'sent on, not agreed yet',
    sent,
    {
      configured: same,
      halted: { kind: 'halted', number: 3, event },
      ...{ located: same, sent_on: same, continued: same },
      agreed: { kind: 'running', number: 2, from: null },
      refused: stopped,
      ended: gone(2),
    },
  ],
  [
    'halted',
    halted,
    {
      ...{ configured: same, sent_on: same, agreed: same, refused: same },
      halted: { kind: 'halted', number: 3, event },
      located: stopped,
      continued: { kind: 'running', number: 2, from: null },
      ended: gone(2),
    },
  ],
  [
    'stopped',
    stopped,
    {
      ...{ configured: same, located: same, agreed: same, refused: same },
      halted: { kind: 'halted', number: 3, event },
      sent_on: sent,
      continued: { kind: 'running', number: 2, from: null },
      ended: gone(2),
    },
  ],
  [
    'ended',
    ended,
    {
      ...{ configured: same, halted: same, located: same, sent_on: same },
      ...{ agreed: same, refused: same, continued: same, ended: same },
    },
  ],
]

for (const [name, from, row] of table)
  t.test(`${name}`, async t => {
    for (const [kind, to] of Object.entries(row)) {
      const happening = Object.values(happenings).find(one => one.kind === kind)
      if (happening === undefined) throw new Error(kind)
      const after = debuggeeState(from, happening)
      if (to === same) t.equal(after, from, `${kind} changes nothing`)
      else t.same(after, to, kind)
    }
  })

t.test('a place that was found out too late is of no stop', async t => {
  t.equal(debuggeeState(halted, { kind: 'located', stop: stop(1) }), halted)
})
