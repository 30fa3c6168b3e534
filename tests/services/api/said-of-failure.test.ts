import t from 'tap'
import { saidOfFailure } from '../../../services/api/debug/said-of-failure.ts'

const said = (outcome: 'exception' | 'assertion' | 'signal', stderr: string) =>
  saidOfFailure({ outcome, exception: null }, stderr)

t.test('what a runtime writes of its failure is told as an exception is', t => {
  for (const [stderr, type, message] of [
    ["app: app.c:11: total: Assertion `sum != 5' failed.\n", 'assert', 'sum != 5'],
    [
      "x\nterminate called after throwing an instance of 'std::runtime_error'\n  what():  no more\n",
      'std::runtime_error',
      'no more',
    ],
    ["terminate called after throwing an instance of 'int'\n", 'int', ''],
    [
      'libc++abi: terminating due to uncaught exception of type std::out_of_range: at\n',
      'std::out_of_range',
      'at',
    ],
    [
      "thread 'main' panicked at src/main.rs:3:5:\nindex out of bounds\nnote: x\n",
      'panic',
      'index out of bounds',
    ],
    ["thread 'main' panicked at 'no value', src/main.rs:3:5\n", 'panic', 'no value'],
  ] as const)
    t.same(said('exception', stderr), { type, message })
  t.end()
})

t.test('nothing is made up', t => {
  t.equal(said('exception', 'all is well\n'), null)
  t.equal(said('signal', "app: app.c:11: total: Assertion `x' failed.\n"), null)
  const exception = { type: 'KeyError', message: 'a' }
  t.equal(saidOfFailure({ outcome: 'exception', exception }, "thread 'main' panicked at a:\nb"), exception)
  t.end()
})
