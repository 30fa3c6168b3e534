import t from 'tap'
import { Settling } from '../../../../services/proxy/gateway/settling.ts'
import { until } from '../../../until.ts'

t.test('what comes in quick succession is told once', async t => {
  let told = 0
  using settling = new Settling(() => void told++, { rest: 20, longest: 60_000 })
  for (let time = 0; time < 5; time++) settling.touch()
  await until('it is told', () => told > 0)
  settling.touch()
  await until('and again', () => told > 1)
  t.equal(told, 2)
})

t.test('and what never rests, now and then', async t => {
  let told = 0
  using settling = new Settling(() => void told++, { rest: 60_000, longest: 50 })
  const ticking = setInterval(() => settling.touch(), 5)
  t.teardown(() => clearInterval(ticking))
  await until('it is told', () => told >= 2)
})
