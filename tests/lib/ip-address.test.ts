import t from 'tap'
import { AddressRanges, isAddressRange, plainAddress } from '../../lib/ip-address.ts'

t.test('an address has one form', t => {
  for (const [address, plain] of [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['2001:db8::1', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['', ''],
  ] as const)
    t.equal(plainAddress(address), plain, address)
  t.end()
})

t.test('ranges hold their addresses, in whatever form those come', t => {
  const ranges = new AddressRanges(['10.0.0.0/8', '192.0.2.7', '2001:db8::/32', '::1'])
  for (const address of [
    ...['10.255.0.1', '::ffff:10.1.2.3', '192.0.2.7', '2001:db8:1::9', '::1'],
    '0:0:0:0:0:0:0:1',
  ])
    t.ok(ranges.includes(address), address)
  for (const address of ['11.0.0.1', '192.0.2.8', '::ffff:11.0.0.1', '2001:db9::1', '::2', '', 'nonsense'])
    t.notOk(ranges.includes(address), address)
  t.notOk(new AddressRanges([]).includes('127.0.0.1'))
  t.ok(new AddressRanges(['0.0.0.0/0']).includes('203.0.113.9'))
  t.end()
})

t.test('what is no range is told', t => {
  for (const range of ['10.0.0.0/8', '10.0.0.0/0', '192.0.2.1/32', '::/0', '2001:db8::/128', '::1'])
    t.ok(isAddressRange(range), range)
  for (const range of [
    ...['', '10.0.0.0/33', '10.0.0/8', '::/129', '10.0.0.0/', '10.0.0.0/8/8', '10.0.0.0/-1', '10.0.0.0/8 '],
    ...['example.org', '*', '10.0.0.0/1e1', 'fe80::1%eth0', '010.0.0.1'],
  ])
    t.notOk(isAddressRange(range), range)
  t.throws(() => new AddressRanges(['example.org']), RangeError)
  t.end()
})
