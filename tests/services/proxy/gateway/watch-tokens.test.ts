import t from 'tap'
import { tokenId } from '../../../../services/contract/ids.ts'
import { watchTokens } from '../../../../services/proxy/gateway/watch-tokens.ts'
import { until } from '../../../until.ts'

t.test('what goes wrong at one look is told, and is done at the next', async t => {
  const reported: unknown[] = []
  let [asked, ended] = [0, 0]
  using _ = watchTokens({
    open: () => [tokenId.create()],
    mayStill: async () => {
      asked += 1
      if (asked === 1) throw new Error('the store is busy')
      return false
    },
    lost: async () => {
      ended += 1
      if (ended === 1) throw new Error('it does not end')
    },
    report: error => void reported.push(error),
    everyMs: 1,
  })
  await until('it is ended once more', () => ended > 1)
  t.match(reported, [{ message: 'it does not end' }])
})
