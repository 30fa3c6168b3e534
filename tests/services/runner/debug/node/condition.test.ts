import { runInNewContext } from 'node:vm'
import t from 'tap'
import { type Asked, conditionOf, partsOf } from '../../../../../services/runner/debug/node/condition.ts'

/** What a breakpoint's expression says and tells at each of these values of `n`. */
function runs(asked: Asked, values: readonly number[]) {
  const written = conditionOf(asked, 'tell', 7)
  if (!written.ok || written.text === undefined) throw new Error(JSON.stringify(written))
  const told: unknown[] = []
  const context: Record<string, unknown> = { tell: (text: string) => void told.push(JSON.parse(text)) }
  const stopped = values.filter(n => runInNewContext(written.text ?? '', Object.assign(context, { n })))
  return { stopped, told }
}

t.test('what stops', async t => {
  const all = [1, 2, 3, 4, 5, 6]
  t.same(conditionOf({}, 'tell', 1), { ok: true, text: undefined })
  t.same(runs({ condition: 'n > 4' }, all).stopped, [5, 6])
  t.same(runs({ condition: 'n % 2 // even' }, all).stopped, [1, 3, 5])
  t.same(runs({ hitCondition: '2' }, all).stopped, [2])
  t.same(runs({ hitCondition: '>=5' }, all).stopped, [5, 6])
  t.same(runs({ condition: 'n > 2', hitCondition: '%2' }, all).stopped, [4, 6])
})

t.test('what is said', async t => {
  t.same(runs({ logMessage: 'n={n} {[n, {n}]} {"é\\n"} {n.nothing}' }, [1]), {
    stopped: [],
    told: [['log', 7, 'n=1 [1, {n: 1}] é\n undefined']],
  })
  t.same(runs({ condition: 'nobody' }, [1]), {
    stopped: [],
    told: [['failed', 7, 'ReferenceError: nobody is not defined']],
  })
  t.same(runs({ logMessage: '' }, [1]).told, [['log', 7, '']])
  t.same(
    runs({ logMessage: '{new Uint8Array(5e8)} {[n, , n]} {[[n]]} {new Array(21)}' }, [1]).told,
    [['log', 7, `[${'0, '.repeat(20)}…] [1, , 1] [[1]] [${', '.repeat(20)}…]`]],
    'no more of bytes is looked at than is shown',
  )
})

t.test('what cannot be read is told, and not run', async t => {
  t.match(conditionOf({ condition: 'n >' }, 'tell', 1), {
    ok: false,
    why: /^its condition cannot be read: SyntaxError/,
  })
  t.match(
    conditionOf({ condition: 'n) || (process.exit()' }, 'tell', 1),
    { ok: true },
    'whoever may ask may evaluate',
  )
  t.match(conditionOf({ logMessage: '{n n}' }, 'tell', 1), {
    ok: false,
    why: /^its message cannot be read: SyntaxError/,
  })
  t.match(conditionOf({ hitCondition: '0' }, 'tell', 1), { ok: false, why: /^no hit condition: 0/ })
})

t.test('messages are taken apart at their braces', async t => {
  t.same(partsOf('a {b} c'), ['a ', { expression: 'b' }, ' c'])
  t.same(partsOf('{ {a: 1}.a }'), [{ expression: ' {a: 1}.a ' }])
  t.same(partsOf('{} {open'), ['{} {open'])
  t.same(partsOf(''), [])
})
