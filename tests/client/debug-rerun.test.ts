import t from 'tap'
import { createClient } from '../../client/sdk/client.ts'
import { ProblemError } from '../../client/sdk/problem-error.ts'
import { noDebugpy } from '../services/runner/debug/debug-rig.ts'
import { demoRepository, realServer } from './real-server.ts'

/** Launching anew, with and without a patch, and what a debugger says, against a real API, runner and debugger. */
t.setTimeout(240_000)

const program = `import sys, time

def total_of(prices):
    total = 0
    for price in prices:
        total += price
    return total

print(total_of([1, 2, 39]), sys.stdin.read())
sys.stdout.flush()
time.sleep(float(sys.argv[1]))
`
const fix = `--- a/app.py
+++ b/app.py
@@ -1,5 +1,6 @@
 import sys, time
+# what it costs
 
 def total_of(prices):
-    total = 0
+    total = 100
     for price in prices:
`

t.test('a program is launched anew', { skip: noDebugpy }, async t => {
  const server = await realServer(t)
  const repository = await demoRepository(server.directory)
  const client = createClient({ baseUrl: server.url, token: server.token })
  t.teardown(() => client[Symbol.asyncDispose]())
  await client.repositories.add({ url: repository, name: 'demo', wait: 60 })
  const { id: session } = await client.sessions.create({ repository: 'demo', wait: 60 })
  await client.commands.run({
    ...{ session, command: ['sh', '-c', 'cat > app.py'], stdin: program, wait: 60 },
  })
  const first = await client.debug.launch({
    ...{ session, python: 'app.py', arguments: ['0'], stdin: 'given', environment: { A: 'b' }, wait: 60 },
    breakpoints: [
      'app.py:"return total"',
      { kind: 'line', at: 'app.py:6', log_message: 'price {price}', hit_condition: '>=2' },
    ],
  })
  t.match(first, { status: 'stopped', stop: { breakpoints: [1], frame: { line: 7 } } })

  await t.test('what logpoints say is read with the output, not in it', async t => {
    const output = await client.debug.output({ session, wait: 20 })
    t.match(output, {
      chunks: [],
      messages: [
        { offset: 0, text: 'price 2' },
        { text: 'price 39', truncated: false },
      ],
      complete: false,
    })
    const [, second] = output.messages
    const from = await client.debug.output({ session, messages: second?.offset ?? 0 })
    t.match(from.messages, [{ offset: second?.offset, text: 'price 39' }])
    t.same((await client.debug.output({ session, messages: output.next.messages })).messages, [])
  })

  await t.test('as it was, with the breakpoints that there are by now', async t => {
    await client.debug.break({ session, breakpoints: ['app.py:4', 'app.py:9'] })
    const again = await client.debug.restart({ session, wait: 60 })
    t.not(again.id, first.id)
    t.match(again, {
      status: 'stopped',
      stop: { number: 1, frame: { line: 9 } },
      breakpoints: [
        { line: 7, text: 'return total', verified: true },
        { line: 6, log_message: 'price {price}', hit_condition: '>=2' },
        { line: 4 },
        { line: 9 },
      ],
    })
    t.match(await client.debug.status({ session, debug: first.id }), { end: { reason: 'terminated' } })
    t.match(await client.debug.evaluate({ session, expression: '__import__("os").environ["A"]' }), {
      value: "'b'",
    })
  })

  await t.test('with a patch; breakpoints by text find their lines', async t => {
    const before = await client.debug.status({ session })
    for (const patch of ['nonsense', fix.replace('total = 0', 'total = 1')]) {
      const refused = await client.debug.rerun({ session, patch, wait: 60 }).catch((error: unknown) => error)
      t.ok(refused instanceof ProblemError)
      t.match(refused, {
        problem: { code: 'patch_rejected', detail: /^the patch does not apply to the worktree/ },
      })
    }
    t.match(
      await client.debug.status({ session }),
      { id: before.id, status: 'stopped' },
      'nothing has changed',
    )
    const fixed = await client.debug.rerun({ session, patch: fix, wait: 60 })
    t.match(fixed, {
      status: 'stopped',
      breakpoints: [{ line: 8, text: 'return total', verified: true }, {}, { line: 4 }, { line: 9 }],
    })
    await client.debug.break({ session, ids: [2, 3, 4], remove: true })
    t.match(await client.debug.continue({ session, wait: 60 }), { stop: { frame: { line: 8 } } })
    t.match(await client.debug.evaluate({ session, expression: 'total' }), { value: '142' })
    t.match(await client.debug.continue({ session, wait: 60 }), { end: { reason: 'exited', exit_code: 0 } })
    t.match((await client.debug.output({ session })).chunks, [{ text: '142 given\n' }], 'it reads the same')
  })

  await t.test('one that has ended, and its output is waited for', async t => {
    const slow = { session, python: 'app.py', arguments: ['30'], wait: 0 }
    const ended = await client.debug.restart({ session, wait: 60 })
    t.match(ended, { stop: { frame: { line: 8 } } })
    await client.debug.terminate({ session, wait: 20 })
    await client.debug.launch(slow)
    const output = await client.debug.output({ session, wait: 30 })
    t.match(output, { chunks: [{ text: /^142/ }], complete: false })
    const began = performance.now()
    const { stdout, stderr, messages } = output.next
    const none = await client.debug.output({ session, stdout, stderr, messages, wait: 1 })
    t.match(none, { chunks: [], messages: [] })
    t.ok(performance.now() - began > 900, 'the seconds are over')
    const waiting = client.debug.output({ session, stdout, stderr, messages, wait: 30 })
    await client.debug.pause({ session, wait: 0 })
    await client.debug.terminate({ session, wait: 20 })
    t.match(await waiting, { chunks: [] }, 'or it has ended')
  })
})
