import t from 'tap'
import { oneAtATime } from '../../../../client/cli/terminal/one-at-a-time.ts'

t.test('of all calls that come meanwhile the last counts, and a failure is none of the next', async t => {
  const runs: PromiseWithResolvers<void>[] = []
  const call = oneAtATime(() => {
    const run = Promise.withResolvers<void>()
    runs.push(run)
    return run.promise
  })
  const settled = () => new Promise(resolve => setImmediate(resolve))
  for (let i = 0; i < 5; i++) call()
  t.equal(runs.length, 1)
  runs[0]?.reject(new Error('not this time'))
  await settled()
  t.equal(runs.length, 2, 'once for all of them')
  runs[1]?.resolve()
  await settled()
  t.equal(runs.length, 2, 'and not again')
  call()
  t.equal(runs.length, 3)
})
