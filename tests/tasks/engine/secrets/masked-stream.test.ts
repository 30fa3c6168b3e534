import t from 'tap'
import { MaskedStream } from '../../../../tasks/engine/secrets/masked-stream.ts'
import { Masker } from '../../../../tasks/engine/secrets/masker.ts'
import { randomNumbers } from '../random-graph.ts'

function streamOf(...secrets: readonly string[]) {
  const masker = new Masker()
  for (const secret of secrets) masker.add(secret)
  return { masker, stream: new MaskedStream(masker) }
}

t.test('a secret that is cut between pieces', async t => {
  const { stream } = streamOf('hunter22')
  t.same(
    ['login hun', 'te', 'r22 done'].map(text => stream.push(text)),
    ['login ', '', '*** done'],
  )
  t.equal(stream.end(), '')
})

t.test('what cannot be the beginning of a secret is not held back', async t => {
  const { stream } = streamOf('hunter22')
  t.equal(stream.push('Password: '), 'Password: ')
  t.equal(stream.push('oh'), 'o')
  t.equal(stream.push('!'), 'h!')
})

t.test('the end gives what was held back, and a new text begins', async t => {
  const { stream } = streamOf('hunter22')
  t.equal(stream.push('hunter2'), '')
  t.equal(stream.end(), 'hunter2')
  t.equal(stream.push('2'), '2')
  t.equal(stream.push('hunter22'), '***')
  t.equal(stream.end(), '')
  t.equal(stream.push('hunter22'), '***')
})

t.test('without secrets, and with one that comes later', async t => {
  const { masker, stream } = streamOf()
  t.equal(stream.push('hunter22'), 'hunter22')
  masker.add('hunter22')
  t.equal(stream.push(' hunter22 hunt'), ' *** ')
  t.equal(stream.end(), 'hunt')
})

t.test('pieces of any length give what the whole gives', async t => {
  for (let seed = 0; seed < 5_000; seed++) {
    const random = randomNumbers(seed)
    const pick = (below: number) => Math.floor(random() * below)
    const word = (length: number) =>
      Array.from({ length }, () => 'ab\n'[pick(random() < 0.1 ? 3 : 2)]).join('')
    // Letters so few that secrets overlap each other and themselves.
    const secrets = Array.from({ length: pick(4) }, () => word(4 + pick(9))).filter(
      text => text.trim().length >= 4,
    )
    const { masker, stream } = streamOf(...secrets)
    const pieces = Array.from({ length: pick(12) }, () =>
      random() < 0.2 ? (secrets[pick(secrets.length)] ?? '') : word(pick(random() < 0.5 ? 3 : 15)),
    )
    const given = pieces.map(piece => stream.push(piece)).join('') + stream.end()
    const whole = pieces.join('')
    const expected = masker.mask(whole)
    if (given !== expected) t.equal(given, expected, JSON.stringify({ seed, secrets, pieces }))
    for (const secret of secrets) {
      if (given.includes(secret)) t.fail(JSON.stringify({ seed, secret, given }))
    }
  }
  t.pass('5,000 texts')
})

t.test('it holds less than the longest secret, however much comes', async t => {
  const { stream } = streamOf('aaaaaaab')
  let taken = 0
  let given = 0
  for (let i = 0; i < 1_000; i++) {
    taken += 3
    given += stream.push('aaa').length
    if (taken - given >= 8) t.fail(`${taken - given} held`)
  }
  t.equal(given + stream.end().length, taken)
})
