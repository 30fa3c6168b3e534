import t from 'tap'
import { UserError } from '../../../../lib/user-error.ts'
import { Masker } from '../../../../tasks/engine/secrets/masker.ts'
import { secretsOf } from '../../../../tasks/engine/secrets/secrets-of.ts'

function maskerOf(...secrets: readonly string[]): Masker {
  const masker = new Masker()
  for (const secret of secrets) masker.add(secret)
  return masker
}

const key = '-----BEGIN KEY-----\nfirst line of it\nshort\nlast "line" of it\n-----END KEY-----\n'
const hard = 'p&ss "wörd"\\1'

const texts: readonly [what: string, secrets: readonly string[], text: string, masked: string][] = [
  ['none', [], 'hunter22', 'hunter22'],
  ['an empty one is none', [''], 'hunter22', 'hunter22'],
  ['every one', ['hunter22'], 'hunter22, hunter22 and hunter2', '***, *** and hunter2'],
  ['the longest first', ['hunter', 'hunter22'], 'hunter22 hunter', '*** ***'],
  ['overlapping ones leave no rest', ['abcdef', 'defxyz'], '-abcdefxyz-', '-***-'],
  ['one that overlaps itself', ['abab'], '-ababab-', '-***-'],
  ['one behind another', ['abcd', 'efgh'], '-abcdefgh-abcd-', '-***-***-'],
  ['special characters', ['$&.*(x'], 'a$&.*(xb', 'a***b'],
  ['short ones as they are only', ['a"bc'], 'a"bc a\\"bc YSJiYw==', '*** a\\"bc YSJiYw=='],
  ['a line end behind it', ['hunter22\n'], 'hunter22', '***'],
  ['several lines, whole', [key], `<${key}>`, '<***>'],
  ['several lines, each', [key], 'x first line of it y', 'x *** y'],
  ['several lines, without short ones', [key], 'short', 'short'],
  ['several lines, cut by others', [key.replaceAll('\n', '\r\n')], 'last "line" of it', '***'],
  ['JSON', [hard], JSON.stringify({ it: hard }), '{"it":"***"}'],
  ['JSON of several lines', [key], JSON.stringify([key]), '["***"]'],
  ['JSON of one line', [key], JSON.stringify('last "line" of it'), '"***"'],
  ['a URL', [hard], `https://x/?a=${encodeURIComponent(hard)}&b`, 'https://x/?a=***&b'],
  ['a form', [hard], `${new URLSearchParams({ a: 'hunter 22' })} hunter+22`, 'a=hunter+22 hunter+22'],
  ['a form, masked', ['hunter 22'], `${new URLSearchParams({ a: 'hunter 22' })}`, 'a=***'],
  ['base64', ['hunter22'], Buffer.from('hunter22').toString('base64'), '***'],
  ['base64 without padding', ['hunter22'], 'aHVudGVyMjI.', '***.'],
  ['base64 for URLs', ['hunter>>>???'], Buffer.from('hunter>>>???').toString('base64url'), '***'],
  ['a shell', [`it's hunter`], `echo 'it'\\''s hunter'`, `echo '***'`],
  ['half a character', ['hunter\ud800'], 'a hunter\ud800', 'a ***'],
]

t.test('secrets in texts', async t => {
  for (const [what, secrets, text, masked] of texts) t.equal(maskerOf(...secrets).mask(text), masked, what)
})

t.test('without a secret there is nothing to do', async t => {
  const masker = maskerOf()
  t.ok(masker.empty)
  masker.add('hunter22')
  t.notOk(masker.empty)
})

t.test('what is too short is refused, by name, and not shown', async t => {
  for (const value of ['1', 'abc', '   ', ' abc\n']) {
    t.throws(() => new Masker().add(value, 'TOKEN'), {
      name: 'UserError',
      message: 'the secret TOKEN is shorter than 4 characters, and would be masked everywhere',
    })
  }
  t.throws(() => new Masker().add('abc'), UserError)
  t.doesNotThrow(() => new Masker().add('abcd'))
})

t.test('a text that was cut', async t => {
  const masker = maskerOf('hunter22-of-the-night')
  t.equal(masker.maskCut('login hunter22-of…'), 'login ***…')
  t.equal(masker.maskCut('login hun…'), 'login hun…', 'too little of it to tell')
  t.equal(masker.maskCut('login hunter22-of'), 'login hunter22-of', 'it was not cut')
  t.equal(maskerOf().maskCut('login hunter22…'), 'login hunter22…')
})

t.test('the values of declared names', async t => {
  const tasks = [{ secrets: ['A', 'B'] }, {}, { secrets: ['A', 'EMPTY', 'NONE'] }]
  t.same(
    [...secretsOf(tasks, { A: 'aaaa', B: 'bbbb', C: 'cccc', EMPTY: '' })],
    [
      ['A', 'aaaa'],
      ['B', 'bbbb'],
    ],
  )
})
