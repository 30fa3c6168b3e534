import t from 'tap'
import { logWish } from '../../../../client/cli/repl/log-wish.ts'

t.test('a message is said at a line, its values in braces', async t => {
  const wish = { kind: 'line', at: 'app.py:12', log_message: 'total is {total}' }
  for (const text of [
    '12,"total is {total}"',
    'app.py:12, total is {total}',
    'app.py:12,"total is {total}\\n"',
  ])
    t.same(logWish(text, 'app.py'), wish, text)
  t.same(logWish('app.py:"a, b", x', null), { kind: 'line', at: 'app.py:"a, b"', log_message: 'x' })
  for (const text of ['12', '12,"%d\\n", total', 'total_of,"x"'])
    t.match(logWish(text, 'app.py'), { kind: 'fault', message: /values in braces/ }, text)
  t.match(logWish('12,x', null), { kind: 'fault', message: /there is no file here: write dprintf FILE:12/ })
})
