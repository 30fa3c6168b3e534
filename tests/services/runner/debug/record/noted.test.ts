import t, { type Test } from 'tap'
import { z } from 'zod'
import type { Adapter } from '../../../../../services/runner/debug/adapter.ts'
import type { AskedHandler } from '../../../../../services/runner/debug/dap-client.ts'
import type { DapOutcome } from '../../../../../services/runner/debug/pending-requests.ts'
import { PendingRequests } from '../../../../../services/runner/debug/pending-requests.ts'
import type { Recorder } from '../../../../../services/runner/debug/record/debug-record.ts'
import { noted } from '../../../../../services/runner/debug/record/noted.ts'
import { openly } from '../../../../../services/runner/sandbox/enclosure.ts'
import { scopeOf } from '../live-rig.ts'

function notedRig(test: Test) {
  const notes: object[] = []
  const record: Recorder = {
    note: (from, _, message) => notes.push({ from, ...message }),
    state: () => undefined,
    flush: async () => undefined,
  }
  const pending = new PendingRequests()
  let number = 0
  let tell: (name: string, body: unknown) => void = () => undefined
  let ask: AskedHandler | undefined
  const adapter: Adapter = {
    stderr: '',
    client: {
      closed: pending.closed,
      close: why => pending.close(why),
      request: (command, _, schema, deadlineMs, hearing) =>
        pending.begin(++number, { command, schema, deadlineMs }, hearing),
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
  const enclosure = openly
  const place = { worktree: '/', directory: '/', environment: {}, enclosure, meeting: () => never() }
  const opened = noted(opening => {
    tell = opening.event
    ask = opening.asked
    return adapter
  }, record)({ scope: scopeOf(test), place, event: () => undefined, child: () => undefined })
  return {
    notes,
    pending,
    client: opened.client,
    tell: (name: string) => tell(name, undefined),
    ask: () => ask,
  }
}

const never = (): never => {
  throw new Error('nobody meets here')
}
const wanted = z.object({ a: z.int() })

t.test('an answer is noted whole, and before what is said next', async t => {
  const { notes, pending, client, tell } = notedRig(t)
  const outcome = client.request('next', { threadId: 1 }, wanted, 1_000)
  pending.settle(1, { kind: 'done', body: { a: 1, more: 2 } })
  tell('stopped')
  t.same(await outcome, { kind: 'done', body: { a: 1 } })
  t.match(notes, [
    { from: 'server', type: 'request', command: 'next', arguments: { threadId: 1 } },
    { from: 'adapter', type: 'response', request_seq: 1, success: true, body: { a: 1, more: 2 } },
    { from: 'adapter', type: 'event', event: 'stopped' },
  ])
})

t.test('what comes of a request is noted once', async t => {
  const cases: readonly [answer: Exclude<DapOutcome<unknown>, { kind: 'late' }>, note: object][] = [
    [
      { kind: 'done', body: 'unreadable' },
      { from: 'adapter', success: true, body: 'unreadable' },
    ],
    [
      { kind: 'refused', message: 'no' },
      { from: 'adapter', success: false, message: 'no' },
    ],
    [
      { kind: 'closed', why: 'gone' },
      { from: 'session', type: 'unanswered', why: 'the debug adapter: gone' },
    ],
  ]
  for (const [answer, note] of cases) {
    const { notes, pending, client } = notedRig(t)
    const outcome = client.request('next', {}, wanted, 1_000)
    pending.settle(1, answer)
    t.equal((await outcome).kind, answer.kind === 'closed' ? 'closed' : 'refused')
    t.match(notes.slice(1), [note], answer.kind)
    t.equal(notes.length, 2)
  }
})

t.test('a request that nobody answers is noted, and who waits for its answer hears of it later', async t => {
  const { notes, pending, client } = notedRig(t)
  const heard: string[] = []
  const hearing = { answeredLate: () => heard.push('late'), heard: () => heard.push('in time') }
  t.same(await client.request('evaluate', {}, wanted, 1, hearing), { kind: 'late' })
  t.match(notes.at(-1), { type: 'unanswered', why: 'no answer within 0.001 s' })
  pending.settle(1, { kind: 'done', body: { a: 1 } })
  t.same(heard, ['late'])
  const late = { from: 'adapter', type: 'response', request_seq: 1, command: 'evaluate' }
  t.match(notes.at(-1), { ...late, success: true, body: { a: 1 } })
  await client.request('next', {}, wanted, 1)
  pending.settle(2, { kind: 'refused', message: 'no' })
  t.match(notes.at(-1), { command: 'next', success: false, message: 'no' })
  await client.request('next', {}, wanted, 1)
  const count = notes.length
  pending.close('gone')
  t.equal(notes.length, count, 'that there is no answer stands there')
})

t.test('what an adapter asks is noted with what it is told', async t => {
  const { notes, ask } = notedRig(t)
  ask()?.('runInTerminal', { args: ['sh'] }, 'not supported')
  t.match(notes, [
    { from: 'adapter', type: 'request', command: 'runInTerminal', arguments: { args: ['sh'] } },
    { from: 'server', type: 'response', request_seq: 1, success: false, message: 'not supported' },
  ])
})
