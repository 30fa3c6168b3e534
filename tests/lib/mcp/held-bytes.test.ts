import t from 'tap'
import { HeldBytes } from '../../../lib/mcp/held-bytes.ts'

t.test(
  'one may take half of the room, all together take all of it, and what is let go is there again',
  async t => {
    const held = new HeldBytes(() => 100)
    const [mine, mineToo, yours, theirs] = [
      held.hold('me'),
      held.hold('me'),
      held.hold('you'),
      held.hold('they'),
    ]
    t.same([mine.add(30), mineToo.add(20), mineToo.add(1)], [true, true, false])
    t.same([yours.add(45), theirs.add(5), theirs.add(1)], [true, true, false])
    t.equal(held.bytes, 100)
    mine[Symbol.dispose]()
    mine[Symbol.dispose]()
    t.equal(held.bytes, 70)
    t.same([mineToo.add(31), theirs.add(30), theirs.add(1)], [false, true, false])
    for (const one of [mineToo, yours, theirs]) one[Symbol.dispose]()
    t.equal(held.bytes, 0)
    t.equal(held.hold('me').add(50), true)
  },
)
