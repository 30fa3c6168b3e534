import t from 'tap'
import { visible, visibleLines } from '../../lib/visible.ts'

t.test('nothing of a server moves the cursor', t => {
  for (const [text, shown] of [
    ['plain – text ✓ 漢字 👩‍💻'.replace('\u200d', ''), 'plain – text ✓ 漢字 👩💻'],
    ['\x1b[31mred\x1b[0m', '\\x1b[31mred\\x1b[0m'],
    ['a\nb\r\tc', 'a\\nb\\r\\tc'],
    ['\x9b2J\x7f\0', '\\x9b2J\\x7f\\x00'],
    ['\u202egnp.exe', '\\u202egnp.exe'],
    ['zero\u200bwidth\ufeff', 'zero\\u200bwidth\\ufeff'],
    ['\ud800', '\\ud800'],
  ] as const)
    t.equal(visible(text), shown)
  t.same(visibleLines('a\x1b\r\nb\n'), ['a\\x1b', 'b'])
  t.end()
})
