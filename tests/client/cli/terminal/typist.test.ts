import { randomInt } from 'node:crypto'
import t from 'tap'
import { Typist } from '../../../../client/cli/terminal/typist.ts'

t.test('keys are typed in their order, one call at a time, also where not all of them are taken', async t => {
  let typed = ''
  let calls = 0
  let atOnce = 0
  const typist = new Typist(
    async keys => {
      atOnce++
      calls++
      t.equal(atOnce, 1)
      await new Promise(resolve => setImmediate(resolve))
      atOnce--
      const taken = randomInt(keys.length + 1)
      typed += keys.subarray(0, taken).toString()
      return taken
    },
    () => t.fail('nothing is lost'),
  )
  const text = Array.from({ length: 500 }, (_, i) => `key ${i};`)
  for (const keys of text) {
    typist.add(Buffer.from(keys))
    if (randomInt(10) === 0) await typist.settled()
  }
  await typist.settled()
  t.equal(typed, text.join(''))
  t.ok(calls < 500, 'what came meanwhile goes together')
})

t.test('what cannot be typed is lost, not typed twice, and said', async t => {
  const typed: string[] = []
  let lost = 0
  const typist = new Typist(
    async keys => {
      typed.push(`${keys}`)
      if (typed.length === 1) throw new Error('nobody is there')
      return keys.length
    },
    () => lost++,
  )
  typist.add(Buffer.from('one'))
  await typist.settled()
  typist.add(Buffer.from('two'))
  await typist.settled()
  t.same(typed, ['one', 'two'])
  t.equal(lost, 1)
  typist.add(Buffer.alloc(2_000_000))
  t.equal(lost, 2, 'more than is held')
  await typist.settled()
  t.same(typed, ['one', 'two'])
})
