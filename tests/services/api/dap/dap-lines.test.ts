import t from 'tap'
import { type DapEar, DapLines } from '../../../../services/api/dap/dap-lines.ts'
import type { ToRunnerDap } from '../../../../services/contract/dap.ts'
import { debugSessionId, viewerId } from '../../../../services/contract/ids.ts'

const by = { id: viewerId.create(), user: 'alice', token: null, client: null, role: 'owner' } as const
const to = { debug: debugSessionId.create(), root: null, launches: true, parent: null, by }

t.test('who has gone before its debuggee was found lets go of that, and hears nothing of it', async t => {
  const sent: ToRunnerDap[] = []
  const lines = new DapLines(message => sent.push(message) > 0)
  const heard: string[] = []
  const ear: DapEar = {
    said: () => heard.push('said'),
    child: () => heard.push('child'),
    closed: why => heard.push(why),
  }
  const line = lines.open(ear)
  line[Symbol.dispose]()
  t.same(sent, [])
  line.bind(to)
  t.same(
    sent.map(({ type, client }) => [type, client]),
    [
      ['dap_open', 1],
      ['dap_close', 1],
    ],
  )
  t.notOk(line.send({ seq: 1, type: 'request', command: 'launch' }))
  lines.lost()
  t.same(heard, [])
})
