import t from 'tap'
import { formatted, numberIn } from '../../../../client/cli/repl/number-format.ts'

t.test('a number is written as the letters of gdb have it', t => {
  const written: [bigint, Parameters<typeof formatted>[1], number | undefined, string][] = [
    [43n, 'x', undefined, '0x2b'],
    [-1n, 'x', undefined, '-0x1'],
    [255n, 'x', 8, '0xff'],
    [255n, 'd', 8, '-1'],
    [255n, 'u', 8, '255'],
    [8n, 'o', undefined, '010'],
    [5n, 't', undefined, '101'],
    [97n, 'c', undefined, "97 'a'"],
    [10n, 'c', undefined, "10 '\\x0a'"],
    [0xffff_ffff_ffff_ffffn, 'd', 64, '-1'],
  ]
  for (const [number, format, bits, text] of written) t.equal(formatted(number, format, bits), text)
  t.end()
})

t.test('whole numbers are known as debuggers tell them', t => {
  for (const [text, number] of [
    ['43', 43n],
    ['-7', -7n],
    ['0x2b', 43n],
    ["97 'a'", 97n],
    ['12n', 12n],
    ['0x401136 <main>', 0x401136n],
  ] as const)
    t.equal(numberIn(text), number, text)
  for (const text of ['4.5', "'43'", '[1]', '', 'None']) t.equal(numberIn(text), undefined, text)
  t.end()
})
