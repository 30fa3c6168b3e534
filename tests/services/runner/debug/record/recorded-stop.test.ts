import { isDeepStrictEqual } from 'node:util'
import t from 'tap'
import { type RecordEntry, recordEntrySchema } from '../../../../../services/contract/debug-record.ts'
import * as thing from '../../../../../services/contract/examples/things.ts'
import { recordedStop } from '../../../../../services/runner/debug/record/recorded-stop.ts'

/** A record of these messages, each of the debug session or of its adapter. */
async function* recordOf(
  ...messages: readonly { readonly type: string; readonly [name: string]: unknown }[]
) {
  const head = { type: 'record', debug: thing.debugSession, worktree: '/work' }
  for (const [n, message] of [head, ...messages].entries()) {
    const isOfAdapter =
      ('command' in message && message.type !== 'unanswered') || ('event' in message && !('debug' in message))
    const asks = message.type === 'request' && !isDeepStrictEqual(message, askedBack)
    const from = asks ? 'server' : isOfAdapter ? 'adapter' : 'session'
    const entry: RecordEntry = recordEntrySchema.parse({
      n,
      at: '2026-01-01T00:00:00.000Z',
      from,
      by: null,
      message,
    })
    yield { entry }
  }
}

/** The adapter asks, which is nothing that is asked of it. */
const askedBack = { type: 'request', command: 'runInTerminal' }
const { stop } = thing.debugSession
const stopped = (reason: string) => ({ type: 'event', event: 'stopped', body: { reason } })
const state = (event: string, number: number | null) => ({
  ...{ type: 'state', event, output: { stdout: 0, stderr: 0 } },
  debug: { ...thing.debugSession, stop: number === null ? null : { ...stop, number } },
})
const answer = (request_seq: number, body: object, command = 'scopes') => ({
  ...{ type: 'response', request_seq, command, success: true, body },
})

t.test(
  'a stop is found, whether its adapter has said before or after it that the debuggee went on',
  async t => {
    const record = () =>
      recordOf(
        ...[stopped('one'), state('stopped', 1)],
        // Its adapter agrees to a step when that has been made.
        ...[stopped('two'), state('continued', null), state('stopped', 2)],
        ...[{ type: 'request', command: 'scopes' }, answer(6, { of: 2 })],
        ...[askedBack, answer(8, {}, askedBack.command)],
        ...[state('continued', null), stopped('three'), state('stopped', 3), state('ended', null)],
      )
    for (const [number, reason] of [
      [1, 'one'],
      [2, 'two'],
      [3, 'three'],
    ] as const)
      t.match(await recordedStop(record(), number), {
        found: { stop: { number }, event: { reason } },
        stops: { first: 1, last: 3 },
      })
    t.strictSame(
      (await recordedStop(record(), 2))?.found?.exchanges.map(({ command, answer }) => [command, answer]),
      [['scopes', { ok: true, body: { of: 2 } }]],
    )
    t.same((await recordedStop(record(), 3))?.found?.exchanges, [])
    t.match(await recordedStop(record(), undefined), { found: { stop: { number: 3 } } })
    t.equal((await recordedStop(record(), 4))?.found, undefined)
  },
)

t.test('an answer that came late is of the stop at which it was asked for', async t => {
  const request = { type: 'request', command: 'scopes' }
  const unanswered = (request_seq: number) => ({
    ...{ type: 'unanswered', request_seq, command: 'scopes', why: 'late' },
  })
  const record = () =>
    recordOf(
      ...[stopped('one'), state('stopped', 1)],
      ...[request, unanswered(3), answer(3, { of: 1 }), request, unanswered(6)],
      ...[state('continued', null), request, unanswered(9)],
      ...[stopped('two'), state('stopped', 2), answer(6, { of: 1 }), answer(9, { of: 0 })],
    )
  const [none, late] = [
    { ok: false, why: 'late' },
    { ok: true, body: { of: 1 } },
  ]
  const answers = async (number: number) =>
    (await recordedStop(record(), number))?.found?.exchanges.map(({ answer }) => answer)
  t.same(await answers(1), [none, late, none])
  t.same(await answers(2), [])
})

t.test('a stop that was none to anybody is none', async t => {
  const record = recordOf(stopped('passed over'), stopped('one'), state('stopped', 1), stopped('passed over'))
  t.match(await recordedStop(record, undefined), { found: { stop: { number: 1 }, event: { reason: 'one' } } })
})
