import t from 'tap'
import { problemCodes, problemDocument } from '../../../services/contract/problems.ts'
import { closeCodeOf, closeCodes, type EndReason } from '../../../services/contract/stream-end.ts'

const reasons: Record<Exclude<EndReason, 'problem'>, number> = {
  complete: 1000,
  session_ended: 1000,
  session_deleted: 1000,
  server_stopping: 1001,
  slow_reader: 4408,
  unresponsive: 4408,
}

const inTable = (code: number, reason: string) =>
  closeCodes.some(row => row.code === code && row.reasons.some(one => one === reason))

t.test('each reason has its code, and the table has both', async t => {
  for (const [reason, code] of Object.entries(reasons)) {
    t.equal(closeCodeOf({ type: 'end', reason: reason as EndReason }), code, reason)
    t.ok(inTable(code, reason), reason)
  }
  for (const code of problemCodes) {
    const closed = closeCodeOf({ type: 'end', reason: 'problem', problem: problemDocument(code, '') })
    t.ok(inTable(closed, 'problem'), `${code}: ${closed}`)
  }
})

t.test('each code stands in the table once, in order, and is one that a server may send', async t => {
  const codes = closeCodes.map(({ code }) => code)
  t.same(codes, [...new Set(codes)].sort())
  for (const code of codes) t.ok(code < 1004 || (code > 1006 && code < 1015) || (code >= 4000 && code < 5000))
})
