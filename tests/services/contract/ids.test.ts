import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { commandId, sessionId } from '../../../services/contract/ids.ts'

t.test('no two ids are alike, and every character stands in every place', t => {
  const ids = Array.from({ length: 5_000 }, (_, i) => (i % 2 === 0 ? sessionId : commandId).create())
  t.equal(new Set(ids.map(id => id.slice(4))).size, ids.length)
  for (const id of ids)
    if (!(id.startsWith('ses_') ? sessionId : commandId).schema.safeParse(id).success) t.fail(id)
  for (let place = 4; place < 16; place++)
    t.equal(
      new Set(ids.filter(id => place > 6 || id.startsWith('ses_')).map(id => id[place])).size,
      32,
      `place ${place}`,
    )
  t.end()
})

t.test('commands of one moment begin alike, those of others in any way', async t => {
  const beginnings = new Set<string>()
  for (let i = 0; i < 10; i++) {
    const began = performance.now()
    const ids = Array.from({ length: 100 }, () => commandId.create().slice(4))
    const common = new Set(ids.map(id => id.slice(0, 3)))
    if (performance.now() - began < 20) t.ok(common.size <= 2, 'a moment, or the end of one and the next')
    t.equal(new Set(ids.map(id => id.slice(3))).size, ids.length)
    for (const one of common) beginnings.add(one)
    await delay(25)
  }
  t.ok(beginnings.size >= 9, `${[...beginnings]}`)
})
