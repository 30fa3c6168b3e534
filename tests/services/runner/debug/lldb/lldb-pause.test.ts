import t from 'tap'
import { LldbPause } from '../../../../../services/runner/debug/lldb/lldb-pause.ts'
import { until } from '../../../../until.ts'

t.test('a pause waits until lldb-dap has noticed that the program runs', async t => {
  using pause = new LldbPause(() => undefined)
  await pause.ready()
  pause.sentOn()
  let isReady = false
  const ready = pause.ready().then(() => {
    isReady = true
  })
  await new Promise(setImmediate)
  t.equal(isReady, false)
  pause.goesOn()
  await ready
  t.equal(pause.stands(), false, 'nobody has asked for that')
})

t.test('a pause is asked for again until the program stands', async t => {
  let times = 0
  using pause = new LldbPause(() => {
    times += 1
  })
  pause.asked()
  t.equal(pause.stands(), false, 'what stands is not to be paused')
  pause.sentOn()
  pause.goesOn()
  pause.asked()
  await until('it to be asked for again', () => (times >= 1 ? true : undefined))
  t.equal(pause.stands(), true)
  t.equal(pause.stands(), false, 'the next stop is another')
})
