import t from 'tap'
import { type Shared, ShareNotices } from '../../../services/proxy/share-notices.ts'

t.test('each is counted, and the log says so once a minute, with how many there were', t => {
  const counted: Shared[] = []
  const said: unknown[] = []
  let now = 5
  const notices = new ShareNotices({
    log: { warn: (about: unknown) => void said.push(about) },
    count: of => void counted.push(of),
    now: () => now,
  })
  notices.reached('192.0.2.1', 'connections')
  notices.reached('192.0.2.1', 'requests')
  now += 59_999
  notices.reached('192.0.2.2', 'requests')
  t.same(said, [{ address: '192.0.2.1', of: 'connections', times: 1 }])
  now += 1
  notices.reached('192.0.2.3', 'requests')
  t.same(said.slice(1), [{ address: '192.0.2.3', of: 'requests', times: 3 }])
  t.same(counted, ['connections', 'requests', 'requests', 'requests'])
  t.end()
})
