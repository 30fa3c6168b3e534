import t from 'tap'
import { isIn, maskOf } from '../../../../../services/runner/debug/above/handled-signals.ts'

t.test('the set of caught signals is read as the kernel tells it', t => {
  const status = 'Name:\tx\nSigIgn:\t0000000000001000\nSigCgt:\t0000000180000a02\n'
  t.same(
    [2, 10, 12, 11, 1].map(signal => isIn(maskOf(status, 'SigCgt'), signal)),
    [true, true, true, false, false],
  )
  t.ok(isIn(maskOf(status, 'SigIgn'), 13))
  t.notOk(isIn(maskOf('', 'SigCgt'), 2), 'a process that is gone')
  t.end()
})
