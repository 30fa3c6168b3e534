import t from 'tap'
import { SecretMask } from '../../../services/api/logs/secret-mask.ts'

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
