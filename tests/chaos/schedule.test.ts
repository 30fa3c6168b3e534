import t from 'tap'
import type { Fault } from './faults/fault.ts'
import { random } from './random.ts'
import { strikes } from './schedule.ts'

const fault = (name: string, times: number): Fault => ({ name, times, strike: async () => undefined })
const faults = [fault('often', 3), fault('once', 1), fault('twice', 2)]

const drawn = (seed: number, count: number) =>
  strikes(random(seed), faults)
    .take(count)
    .map(({ fault, pause }) => ({ name: fault.name, pause }))
    .toArray()

t.test('the same seed draws the same faults at the same moments, another one others', async t => {
  t.same(drawn(1, 60), drawn(1, 60))
  t.notSame(drawn(1, 60), drawn(2, 60))
})

t.test('each fault has its share in every round', async t => {
  for (const from of [0, 6, 54]) {
    const names = drawn(3, 60)
      .slice(from, from + 6)
      .map(({ name }) => name)
    t.same(names.toSorted(), ['often', 'often', 'often', 'once', 'twice', 'twice'])
  }
})
