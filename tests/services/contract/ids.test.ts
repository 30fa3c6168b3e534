import t from 'tap'
import { commandId, sessionId } from '../../../services/contract/ids.ts'

t.test('no two ids are alike, and every character stands in every place', t => {
  const ids = Array.from({ length: 5_000 }, (_, i) => (i % 2 === 0 ? sessionId : commandId).create())
  t.equal(new Set(ids.map(id => id.slice(4))).size, ids.length)
  for (const id of ids)
    if (!(id.startsWith('ses_') ? sessionId : commandId).schema.safeParse(id).success) t.fail(id)
  for (let place = 4; place < 16; place++)
    t.equal(new Set(ids.map(id => id[place])).size, 32, `place ${place}`)
  t.end()
})
