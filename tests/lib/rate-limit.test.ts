import t from 'tap'
import { RateLimit } from '../../lib/rate-limit.ts'

t.test('so many within a minute, and no more until it is over', t => {
  const limit = new RateLimit({ perMinute: 2 })
  t.match(limit.take('a', 1_000), { exceeded: false, limit: 2, left: 1, resetSeconds: 60 })
  t.match(limit.take('a', 1_500), { exceeded: false, left: 0, resetSeconds: 60 })
  t.match(limit.take('a', 31_000), { exceeded: true, left: 0, resetSeconds: 30 })
  t.match(limit.take('b', 31_000), { exceeded: false }, 'another has their own')
  t.match(limit.take('a', 60_999), { exceeded: true, resetSeconds: 1 })
  t.match(limit.take('a', 61_000), { exceeded: false, left: 1 })
  t.end()
})

t.test('a clock that is set back locks nobody out', t => {
  const limit = new RateLimit({ perMinute: 1 })
  limit.take('a', 10_000_000)
  t.match(limit.take('a', 10_000_000), { exceeded: true })
  t.match(limit.take('a', 5_000), { exceeded: false })
  t.end()
})

t.test('a crowd costs a bounded amount of memory', t => {
  const limit = new RateLimit({ perMinute: 1, most: 100 })
  for (let n = 0; n < 10_000; n++) limit.take(`${n}`, n)
  t.equal(limit.size, 100)
  t.match(limit.take('9999', 10_000), { exceeded: true }, 'who came last is known')
  t.end()
})
