import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { DebuggeeHold } from '../../../../services/runner/debug/debuggee-hold.ts'

t.test('what is being taken is taken before a hold counts, and nothing is from then on', async t => {
  let woken = 0
  const hold = new DebuggeeHold(() => woken++)
  const [one, other] = [{}, {}]
  const claim = Promise.withResolvers<string>()
  const taking = hold.unlessHeld(() => claim.promise)
  let isHeld = false
  const held = hold.hold(one, 60_000).then(() => {
    isHeld = true
  })
  t.equal(await hold.unlessHeld(async () => t.fail('it is held')), undefined)
  await delay(5)
  t.notOk(isHeld)
  claim.reject(new Error('the store is busy'))
  await t.rejects(taking, { message: 'the store is busy' })
  await held
  await hold.hold(other, 60_000)
  hold.letGo(one)
  hold.letGo(one)
  t.same([hold.isOn, woken], [true, 0], 'somebody else holds them')
  hold.letGo(other)
  t.same([hold.isOn, woken], [false, 1])
  t.equal(await hold.unlessHeld(async () => 'taken'), 'taken')
})

t.test('a hold is over after its time, which is counted anew where it is asked for anew', async t => {
  const over = Promise.withResolvers<void>()
  const hold = new DebuggeeHold(over.resolve)
  const holder = {}
  await hold.hold(holder, 1)
  await hold.hold(holder, 60)
  await delay(20)
  t.ok(hold.isOn)
  // What waits for the rest keeps nobody from his end, so it does not keep this test.
  const kept = setTimeout(() => undefined, 10_000)
  await over.promise
  clearTimeout(kept)
  t.notOk(hold.isOn)
})
