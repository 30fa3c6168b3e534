import t from 'tap'
import { Roll } from '../../lib/roll.ts'

t.test('who has entered is there until disposed of, whoever else comes and goes', t => {
  const roll = new Roll<string>()
  const [a, b, c] = ['a', 'b', 'c'].map(name => roll.enter(name))
  t.same(roll.members(), ['a', 'b', 'c'])
  a?.[Symbol.dispose]()
  t.same(roll.members().sort(), ['b', 'c'])
  a?.[Symbol.dispose]()
  t.equal(roll.size, 2, 'once')
  const again = roll.enter('a')
  c?.[Symbol.dispose]()
  b?.[Symbol.dispose]()
  t.same(roll.members(), ['a'])
  again[Symbol.dispose]()
  t.same(roll.members(), [])
  t.end()
})

t.test('the same one may be there twice', t => {
  const roll = new Roll<string>()
  const first = roll.enter('a')
  roll.enter('a')
  first[Symbol.dispose]()
  t.same(roll.members(), ['a'])
  t.end()
})
