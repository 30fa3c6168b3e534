import t from 'tap'
import { clientAddress } from '../../../services/api/client-address.ts'

t.test('who is counted', t => {
  for (const [remote, forwarded, counted] of [
    ['203.0.113.9', undefined, '203.0.113.9'],
    ['::ffff:203.0.113.9', undefined, '203.0.113.9'],
    ['203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['127.0.0.1', '198.51.100.1', '198.51.100.1 by 127.0.0.1'],
    ['::ffff:127.0.0.1', '198.51.100.1', '198.51.100.1 by 127.0.0.1'],
    ['2001:db8:1:2:3:4:5:6', undefined, '2001:db8:1:2'],
    ['2001:db8::1', undefined, '2001:db8:0:0'],
    ['2001:db8:0:0:ffff::2', undefined, '2001:db8:0:0'],
    ['fe80::1%eth0', undefined, 'fe80:0:0:0'],
    ['::1', '2001:db8:1:2::7', '2001:db8:1:2 by 0:0:0:0'],
    [undefined, undefined, ''],
  ] as const)
    t.equal(clientAddress(remote, forwarded), counted, `${remote} ${forwarded}`)
  t.ok(clientAddress('127.0.0.1', 'x'.repeat(10_000)).length < 200)
  t.end()
})
