import { scrypt } from 'node:crypto'
import { promisify } from 'node:util'
import t from 'tap'
import { type Derive, hashPassword, isPassword } from '../../../../services/api/sign-in/password-hash.ts'
import { Turns } from '../../../../services/api/sign-in/turns.ts'
import { cheap, cheapPasswords } from './cheap-passwords.ts'

const derive: Derive = promisify(scrypt)

t.test('a password is kept as a hash with its cost, by the form that it has after NFKC', async t => {
  const stored = await hashPassword('ﬁve café chairs', cheap)
  t.match(stored, /^\$scrypt\$ln=4,r=8,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
  t.not(await hashPassword('ﬁve café chairs', cheap), stored, 'no two are alike')
  t.equal(await isPassword('five cafe\u0301 chairs', stored), true, 'however it was typed')
  for (const wrong of ['five cafe chairs', '', 'Five café chairs', 'five café chairs '])
    t.equal(await isPassword(wrong, stored), false, wrong)
  const older = await hashPassword('five café chairs', { ln: 5, r: 4, p: 2 })
  t.equal(await isPassword('five café chairs', older), true, 'one of another cost stays good')
  await t.rejects(isPassword('x', 'plain'), { message: /not known/ })
})

t.test('where there is nobody to compare with, the same work is done', async t => {
  const costs: unknown[] = []
  const passwords = cheapPasswords((password, salt, bytes, options) => {
    costs.push({ N: options.N, r: options.r, p: options.p, bytes })
    return derive(password, salt, bytes, options)
  })
  const stored = await hashPassword('correct-horse-7-battery', cheap)
  t.same(await passwords.matches('correct-horse-7-battery', stored, 'a'), { ok: true, value: true })
  t.same(await passwords.matches('wrong', stored, 'a'), { ok: true, value: false })
  t.same(await passwords.matches('wrong', null, 'a'), { ok: true, value: false })
  t.same(await passwords.matches('', null, 'a'), { ok: true, value: false }, 'not even that of nobody')
  t.same(costs, [costs[0], costs[0], costs[0], costs[0]])
  t.equal(costs.length, 4)
})

t.test('a few at a time, and of one address no more than its share', async t => {
  const turns = new Turns({ atOnce: 2, perKey: 3, total: 5 })
  const ends: (() => void)[] = []
  const work = () => new Promise<void>(resolve => ends.push(resolve))
  const mine = [1, 2, 3, 4].map(() => turns.take('a', work))
  t.same(
    mine.map(turn => turn !== undefined),
    [true, true, true, false],
  )
  const others = [turns.take('b', work), turns.take('c', work), turns.take('d', work)]
  t.same(
    others.map(turn => turn !== undefined),
    [true, true, false],
  )
  t.equal(ends.length, 2, 'two are done')
  for (let done = 0; done < 5; done++) {
    ends[done]?.()
    await new Promise(setImmediate)
  }
  await Promise.all([...mine, ...others])
  t.equal(ends.length, 5, 'each had its turn')
  t.type(
    turns.take('a', async () => undefined),
    Promise,
  )
  await t.rejects(
    turns.take('a', async () => await Promise.reject(new Error('it failed'))) ?? Promise.resolve(),
  )
  t.equal(await turns.take('a', async () => 'and what comes after is done'), 'and what comes after is done')
})
