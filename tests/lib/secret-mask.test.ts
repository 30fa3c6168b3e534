import { randomInt } from 'node:crypto'
import t from 'tap'
import { SecretMask } from '../../lib/secret-mask.ts'

const covered = (text: string, ...secrets: string[]): string => {
  const bytes = Buffer.from(text)
  new SecretMask(secrets).cover(bytes)
  return bytes.toString()
}

const cases: readonly [name: string, secrets: string[], text: string, expected: string][] = [
  ['wherever it stands', ['hunter2'], 'hunter2 is hunter2', '******* is *******'],
  ['each byte by a byte', ['pässwörd'], 'a pässwörd!', 'a **********!'],
  ['the longer and the shorter', ['abcd', 'abcdef'], 'abcdef abcde', '****** ****e'],
  ['overlapping occurrences', ['abab'], 'xabababx', 'x******x'],
  ['overlapping secrets', ['abcd', 'cdef'], 'abcdef', '******'],
  ['without the blank space around it', ['hunter2\n'], 'hunter2!', '*******!'],
  ['its longer lines', ['BEGIN\nAAAABBBB\nEND'], 'BEGIN AAAABBBB END', 'BEGIN ******** END'],
  ['nothing else', ['hunter2'], 'hunter hunter3', 'hunter hunter3'],
]
for (const [name, secrets, text, expected] of cases)
  t.test(`it masks ${name}`, async t => {
    t.equal(covered(text, ...secrets), expected)
  })

t.test('what may become a secret is counted', async t => {
  const mask = new SecretMask(['password', 'passing', 'wordy'])
  for (const [text, expected] of [
    ['', 0],
    ['a', 0],
    ['p', 1],
    ['a pass', 4],
    ['passwor', 7],
    ['password', 4], // the beginning of wordy
    ['passp', 1],
    ['papapa', 2],
  ] as const)
    t.equal(mask.unfinished(Buffer.from(text)), expected, text)
  t.equal(mask.reach, 7)
})

t.test('every byte of any occurrence is masked, and no other', async t => {
  const alphabets = ['ab', 'abc', 'aé', 'ab ']
  for (let i = 0; i < 3_000; i++) {
    const letters = [...(alphabets[i % alphabets.length] ?? '')]
    const word = (least: number, most: number) =>
      Array.from({ length: randomInt(least, most) }, () => letters[randomInt(letters.length)]).join('')
    const secrets = Array.from({ length: randomInt(1, 5) }, () => word(2, 12)).filter(
      one => one.trim() !== '',
    )
    const text = word(0, 40)
    const forms = secrets.flatMap(one => [one, one.trim()]).map(one => Buffer.from(one))
    t.equal(covered(text, ...secrets), coveredOneByOne(text, forms), JSON.stringify({ text, secrets }))
    const bytes = Buffer.from(text)
    const beginnings = Array.from(bytes, (_, at) => bytes.subarray(at)).filter(end =>
      forms.some(form => form.length > end.length && form.subarray(0, end.length).equals(end)),
    )
    const longest = beginnings[0]?.length ?? 0
    t.equal(new SecretMask(secrets).unfinished(bytes), longest, JSON.stringify({ text, secrets }))
  }
})

function coveredOneByOne(text: string, forms: readonly Buffer[]): string {
  const bytes = Buffer.from(text)
  const masked = Buffer.from(text)
  for (const form of forms)
    for (let at = 0; at + form.length <= bytes.length; at++)
      if (bytes.subarray(at, at + form.length).equals(form)) masked.fill('*', at, at + form.length)
  return masked.toString()
}

t.test('secrets that overlap everywhere take no longer than others', async t => {
  const bytes = Buffer.alloc(65_536, 'a')
  const overlapping = Array.from({ length: 100 }, (_, i) => 'a'.repeat(700 - i))
  const lines = Array.from({ length: 7_000 }, (_, i) => `${i}`.padStart(8, '0')).join('\n')
  const began = performance.now()
  for (const secrets of [['a'.repeat(65_536)], overlapping, [`${'a'.repeat(65_534)}b`], [lines]]) {
    const mask = new SecretMask(secrets)
    mask.unfinished(bytes)
    mask.cover(bytes)
    bytes.fill('a')
  }
  t.ok(performance.now() - began < 10_000)
  new SecretMask(overlapping).cover(bytes)
  t.ok(bytes.equals(Buffer.alloc(65_536, '*')))
})
