import t from 'tap'
import { Attempts } from '../../../../services/api/sign-in/attempts.ts'
import { SignInLimits } from '../../../../services/api/sign-in/sign-in-limits.ts'
import { MovableClock } from './movable-clock.ts'

t.test('each failure has the next attempt wait longer, up to a quarter of an hour', t => {
  const clock = new MovableClock(1_000_000)
  const attempts = new Attempts(clock, { free: 3, keys: 10 })
  for (const _ of [1, 2, 3]) t.equal(attempts.begin('a'), 0)
  const waits: number[] = []
  for (let n = 0; n < 14; n++) {
    const wait = attempts.begin('a')
    waits.push(wait / 1_000)
    clock.pass(wait)
    t.equal(attempts.begin('a'), 0, 'then it may')
  }
  t.same(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900, 900])
  t.equal(attempts.begin('b'), 0, 'another key waits for nothing')
  clock.pass(1_800_000)
  for (const _ of [1, 2, 3]) t.equal(attempts.begin('a'), 0, 'it is forgotten in time')
  t.end()
})

t.test('an attempt counts from its beginning, until it is taken back', t => {
  const attempts = new Attempts(new MovableClock(1_000_000), { free: 2, keys: 10 })
  t.same(
    [1, 2, 3].map(() => attempts.begin('a') > 0),
    [false, false, true],
    'many at once are no way around',
  )
  attempts.takeBack('a')
  t.equal(attempts.begin('a'), 0)
  t.ok(attempts.begin('a') > 0)
  attempts.forget('a')
  t.equal(attempts.begin('a'), 0)
  attempts.takeBack('never')
  t.end()
})

t.test('an attempt that was none has nobody wait, however many had failed before it', t => {
  const clock = new MovableClock(1_000_000)
  const attempts = new Attempts(clock, { free: 2, keys: 10 })
  for (const wait of [0, 0, 1_000, 2_000]) {
    clock.pass(wait)
    t.equal(attempts.begin('a'), 0)
  }
  attempts.takeBack('a')
  t.equal(attempts.begin('a'), 0, 'of several at one address nobody waits for the one who came in')
  t.equal(attempts.begin('a'), 4_000, 'and failures go on being counted')
  t.end()
})

t.test('so many keys are known, and the one that was tried longest ago gives way', t => {
  const attempts = new Attempts(new MovableClock(1_000_000), { free: 1, keys: 2 })
  for (const key of ['a', 'b', 'a', 'c']) attempts.begin(key)
  t.same(
    ['c', 'b', 'a'].map(key => attempts.begin(key) > 0),
    [true, false, false],
  )
  t.end()
})

t.test('nobody is kept out by who tries their name from elsewhere', t => {
  const limits = new SignInLimits(new MovableClock(1_000_000))
  const tryAs = (name: string, address: string) => limits.begin(address, name)
  for (let n = 0; n < 5; n++) t.ok(tryAs('Alice', '203.0.113.9').ok)
  t.match(tryAs('aLICE', '203.0.113.9'), { code: 'too_many_attempts', headers: { 'retry-after': '1' } })
  t.ok(tryAs('alice', '198.51.100.1').ok, 'from an address of their own they come in')
  for (let n = 0; n < 30; n++) tryAs(`user-${n}`, '203.0.113.9')
  t.match(tryAs('bob', '203.0.113.9'), { code: 'too_many_attempts' }, 'who tries many names waits for all')
  t.ok(tryAs('bob', '198.51.100.1').ok)
  t.end()
})

t.test('what an attempt came to is told once, and a mistake of ours is nobody’s failure', async t => {
  const limits = new SignInLimits(new MovableClock(1_000_000))
  const begun = () => {
    const attempt = limits.begin('203.0.113.9', 'alice')
    if (!attempt.ok) throw new Error(attempt.detail)
    return attempt
  }
  for (let n = 0; n < 10; n++)
    await t.rejects(begun().during(() => Promise.reject(new Error('the store is busy'))))
  for (let n = 0; n < 4; n++) t.equal(await begun().during(async () => 'wrong'), 'wrong')
  const last = begun()
  last.withdrawn()
  last.withdrawn()
  last.succeeded()
  begun()
  t.match(limits.begin('203.0.113.9', 'alice'), { code: 'too_many_attempts' }, 'four and one are five')
})

t.test('who comes in has failed at nothing', t => {
  const limits = new SignInLimits(new MovableClock(1_000_000))
  for (let n = 0; n < 100; n++) {
    const attempt = limits.begin('203.0.113.9', 'alice')
    if (!attempt.ok) throw new Error(attempt.detail)
    attempt.succeeded()
  }
  for (let n = 0; n < 10; n++) {
    const attempt = limits.begin('203.0.113.9', 'alice')
    if (!attempt.ok) throw new Error(attempt.detail)
    attempt.withdrawn()
  }
  t.ok(limits.begin('203.0.113.9', 'alice').ok)
  t.end()
})
