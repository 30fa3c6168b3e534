import { once } from 'node:events'
import t from 'tap'
import { deadline, deadlineOf } from '../../../client/sdk/deadline.ts'

t.test('a deadline is what the server was asked to wait, and a margin', t => {
  t.equal(deadlineOf({}), 30_000)
  t.equal(deadlineOf({ wait: 2.5 }), 32_500)
  t.equal(deadlineOf({ wait: '60' }), 90_000)
  t.equal(deadlineOf({ wait: -1 }), 30_000)
  t.equal(deadlineOf({ wait: 'soon' }), 30_000)
  t.equal(deadlineOf({ timeout: 60 }), 30_000, 'that of a command')
  t.equal(deadlineOf({ timeout: 60 }, false), 90_000, 'that of the answer')
  t.end()
})

t.test('it ends with a ConnectionError that names the server', async t => {
  using limit = deadline(1, 'http://x', [])
  await once(limit.signal, 'abort')
  t.match(limit.signal.reason, { name: 'ConnectionError', kind: 'timeout', baseUrl: 'http://x' })
})

t.test("the caller's reason wins when it comes first", t => {
  const caller = new AbortController()
  using limit = deadline(60_000, 'http://x', [undefined, caller.signal])
  const reason = new Error('enough')
  caller.abort(reason)
  t.equal(limit.signal.reason, reason)
  t.end()
})
