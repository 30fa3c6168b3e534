import { hash, randomBytes } from 'node:crypto'
import t from 'tap'
import { sha256 } from '../../../tasks/engine/sha256.ts'
import { smallSha256 } from '../../../tasks/engine/small-sha256.ts'

t.test('it is what Node makes of the same bytes, however many there are', async t => {
  const wrong: number[] = []
  for (let length = 0; length < 1_200; length++) {
    const bytes = randomBytes(length)
    if (smallSha256(bytes) !== hash('sha256', bytes, 'hex')) wrong.push(length)
  }
  t.same(wrong, [])
  for (const byte of [0, 0x80, 0xff])
    t.equal(smallSha256(Buffer.alloc(200, byte)), hash('sha256', Buffer.alloc(200, byte), 'hex'))
  t.equal(smallSha256(new Uint8Array(0)), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
})

t.test('the one that is asked takes either, by length, and texts as bytes', async t => {
  for (const content of ['', 'ä€😀', 'x'.repeat(2_000), 'ä'.repeat(700), randomBytes(50), randomBytes(5_000)])
    t.equal(sha256(content), hash('sha256', content, 'hex'))
  const view = new DataView(randomBytes(100).buffer, 3, 50)
  t.equal(sha256(view), hash('sha256', view, 'hex'))
})
