import { getActiveResourcesInfo } from 'node:process'
import t from 'tap'
import { Observed } from '../../../../services/runner/debug/observed.ts'

const timers = () => getActiveResourcesInfo().filter(name => name === 'Timeout').length

t.test('a wait ends with what was waited for, with its time, or once nobody needs it any more', async t => {
  const observed = new Observed(0)
  const over = new AbortController()
  const before = timers()
  const reached = observed.until(value => value === 2, 60_000, over.signal)
  const given = observed.until(value => value === 3, 60_000, over.signal)
  t.equal(timers(), before + 2)
  observed.set(1)
  observed.set(2)
  t.equal(await reached, 2)
  over.abort()
  t.equal(await given, 2, 'with whatever there is')
  t.equal(timers(), before, 'and nothing is left behind')
  t.equal(await observed.until(value => value === 3, 1), 2)
  t.equal(await observed.until(value => value === 3, 60_000, over.signal), 2, 'over before it began')
})
