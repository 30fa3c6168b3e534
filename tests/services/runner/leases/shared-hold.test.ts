import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { repositoryId } from '../../../../services/contract/ids.ts'
import { sharedHold } from '../../../../services/runner/leases/shared-hold.ts'

const id = repositoryId.create()

/** What is taken and given back; giving back takes a moment, as a store does. */
function lock() {
  const said: string[] = []
  let held = 0
  const exclusively = async <T>(_: unknown, work: () => Promise<T>): Promise<T> => {
    if (++held > 1) throw new Error('it is held twice')
    said.push('taken')
    try {
      return await work()
    } finally {
      await delay(5)
      said.push('given back')
      held--
    }
  }
  return { said, exclusively }
}

t.test('what overlaps shares a hold, which ends with the last of it', async t => {
  const { said, exclusively } = lock()
  const hold = sharedHold(exclusively)
  const first = Promise.withResolvers<void>()
  const second = Promise.withResolvers<void>()
  const all = [hold(id, () => first.promise), hold(id, () => second.promise)]
  await delay(10)
  first.resolve()
  await all[0]
  t.same(said, ['taken'])
  second.resolve()
  await all[1]
  t.same(said, ['taken', 'given back'], 'and who is last waits for that')
  t.equal(await hold(id, async () => 'again'), 'again')
  t.same(said, ['taken', 'given back', 'taken', 'given back'])
})

t.test('who comes while it is given back takes it anew', async t => {
  const { said, exclusively } = lock()
  const hold = sharedHold(exclusively)
  const ending = hold(id, async () => undefined)
  await delay(1)
  await Promise.all([ending, ...Array.from({ length: 5 }, () => hold(id, () => delay(1)))])
  t.same(said, ['taken', 'given back', 'taken', 'given back'])
})

t.test('one that has lasted is joined by nobody, so that other runners have their turn', async t => {
  const { said, exclusively } = lock()
  const hold = sharedHold(exclusively, 0)
  await Promise.all(Array.from({ length: 3 }, () => hold(id, () => delay(1))))
  t.equal(said.length, 6)
})

t.test('where it cannot be taken, all that wait are told, and the next one tries again', async t => {
  let tries = 0
  const hold = sharedHold(async (_, work) => {
    if (++tries === 1) throw new Error('the repository is gone')
    return await work()
  })
  const all = await Promise.allSettled([hold(id, async () => 1), hold(id, async () => 2)])
  t.match(all, [{ reason: /gone/ }, { reason: /gone/ }])
  t.equal(await hold(id, async () => 3), 3)
})

t.test('what fails gives it back', async t => {
  const { said, exclusively } = lock()
  const hold = sharedHold(exclusively)
  await t.rejects(
    hold(id, async () => {
      throw new Error('the work failed')
    }),
    /the work failed/,
  )
  t.same(said, ['taken', 'given back'])
})
