import t from 'tap'
import { breakWish } from '../../../../client/cli/repl/break-wish.ts'

const wishes: [string, object][] = [
  ['12', { kind: 'line', at: 'app.py:12' }],
  ['lib/a.py:3', { kind: 'line', at: 'lib/a.py:3' }],
  ['12 if n > 1', { kind: 'line', at: 'app.py:12', condition: 'n > 1' }],
  ['12, n > 1', { kind: 'line', at: 'app.py:12', condition: 'n > 1' }],
  ['a.py:3 if f(a, b)', { kind: 'line', at: 'a.py:3', condition: 'f(a, b)' }],
  ['a.py:"return a, b"', { kind: 'line', at: 'a.py:"return a, b"' }],
  ['a.py:"x if y" if z', { kind: 'line', at: 'a.py:"x if y"', condition: 'z' }],
  ['total_of', { kind: 'function', name: 'total_of' }],
  ['ns::f if x', { kind: 'function', name: 'ns::f', condition: 'x' }],
]
for (const [text, wish] of wishes)
  t.test(text, async t => {
    t.same(breakWish(text, 'app.py'), wish)
  })

t.test('a number alone needs a file to be in', async t => {
  t.match(breakWish('12', null), { kind: 'fault', message: /write break FILE:12/ })
  t.match(breakWish('12', '/usr/lib/a.py'), { kind: 'fault', message: /a.py lies outside of the worktree/ })
})
