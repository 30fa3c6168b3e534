import t from 'tap'
import { isAddressOffered } from '../../../../../services/proxy/gateway/catalogue/address-offered.ts'

const settings = {
  allow: ['file:///notes/*', 'file:///my%20notes/*', 'note://*', 'res://Größe/*', 'https://example.org', 'x'],
  block: ['*/secret*', 'note:/b'],
}

t.test('an address is offered as it stands', async t => {
  for (const uri of [
    ...['file:///notes/a b.md', 'file:///notes/a%20b', 'file:///notes/100%', 'file:///my%20notes/a'],
    ...['note://{name}', 'note://a?x=1#y', 'res://Größe/a', 'https://example.org', 'x'],
  ])
    t.ok(isAddressOffered(settings, uri), uri)
})

t.test('and by all that a server may take it for', async t => {
  for (const uri of [
    ...['file:///notes/../etc/a', 'file:///notes/%2e%2e/etc/a', 'file:///notes/x/..%2f..%2fetc/a'],
    ...['file:///notes/..\\..\\etc', 'file:///notes/s%65cret', 'file:///notes/x/../secret', 'NOTE://a'],
    ...['https://example.org/a', 'file:///etc/a'],
  ])
    t.notOk(isAddressOffered(settings, uri), uri)
  t.notOk(isAddressOffered({ allow: ['*'], block: ['file:///etc/*'] }, 'FILE:///etc/a'))
})
