import t from 'tap'
import { Tally } from '../../lib/tally.ts'

t.test('each is counted by itself, and who has none is not kept', async t => {
  const tally = new Tally<string>()
  t.same([tally.of('a'), tally.add('a'), tally.add('a'), tally.add('b')], [0, 1, 2, 1])
  t.same([tally.of('a'), tally.of('b'), tally.size], [2, 1, 2])
  tally.drop('a')
  t.same([tally.of('a'), tally.size], [1, 2])
  tally.drop('a')
  tally.drop('a')
  t.same([tally.of('a'), tally.of('b'), tally.size], [0, 1, 1])
})
