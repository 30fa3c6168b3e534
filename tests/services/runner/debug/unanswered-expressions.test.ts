import t from 'tap'
import { UnansweredExpressions } from '../../../../services/runner/debug/unanswered-expressions.ts'

t.test('a thread is refused for as long as it works on an expression', async t => {
  const all = new UnansweredExpressions()
  const [first, second] = [
    { thread: 0, text: 'f()' },
    { thread: 0, text: 'f()' },
  ]
  all.add(first)
  all.add(second)
  const refusal = {
    code: 'debugger_timeout',
    message: /^thread 0 is still evaluating "f\(\)"; debug\.terminate/,
  }
  t.throws(() => all.refuse(0), refusal)
  t.throws(() => all.refuse(), refusal, 'and where every thread is meant')
  t.doesNotThrow(() => all.refuse(1))
  all.answered(first)
  t.throws(() => all.refuse(0), refusal, 'by the other one still')
  all.answered(second)
  t.doesNotThrow(() => all.refuse())
})

t.test('one that has stopped anew works on none', async t => {
  const all = new UnansweredExpressions()
  all.add({ thread: 1, text: 'x' })
  all.forget(2)
  t.throws(() => all.refuse())
  all.forget(1)
  t.doesNotThrow(() => all.refuse())
})

t.test('a long expression is cut', async t => {
  const all = new UnansweredExpressions()
  all.add({ thread: 1, text: 'x\n'.repeat(1_000) })
  t.throws(() => all.refuse(), { message: /^thread 1 is still evaluating "(?:x\\n){40}"…; / })
})
