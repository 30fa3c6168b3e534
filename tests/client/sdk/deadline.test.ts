import { once } from 'node:events'
import t from 'tap'
import { deadline, deadlineOf } from '../../../client/sdk/deadline.ts'
import { contract } from '../../../services/contract/contract.ts'

t.test('a deadline is what the server was asked to wait, and a margin', t => {
  t.equal(deadlineOf({}), 30_000)
  t.equal(deadlineOf({ wait: 2.5 }), 32_500)
  t.equal(deadlineOf({ wait: '60' }), 90_000)
  t.equal(deadlineOf({ wait: -1 }), 30_000)
  t.equal(deadlineOf({ wait: 'soon' }), 30_000)
  t.equal(deadlineOf({ timeout: 60 }), 30_000, 'that of a command')
  t.equal(deadlineOf({ timeout: 60 }, contract['debug.evaluate'].input.shape), 90_000, 'that of the answer')
  t.equal(deadlineOf({ timeout: 60 }, contract['commands.run'].input.shape), 30_000, 'that of a command')
  t.equal(deadlineOf({}, contract['debug.run_to_failure'].input.shape), 90_000, 'what it waits by itself')
  t.equal(deadlineOf({ wait: 0 }, contract['debug.run_to_failure'].input.shape), 30_000)
  t.equal(deadlineOf({}, contract['debug.evaluate'].input.shape), 40_000)
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
