/**
 * Commands and logs outlive every process of ours, and whatever else goes wrong: the short form of `npx task chaos`.
 * `SEED=123 node tests/end-to-end/survival.test.ts` repeats a run.
 */
import t from 'tap'
import { chaos } from '../chaos/chaos.ts'
import { shortForm } from '../chaos/options.ts'
import { summary } from '../chaos/summary.ts'

t.setTimeout(280_000)

t.test('commands and followers, while everything goes wrong again and again', async t => {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9))
  t.comment(`SEED=${seed}`)
  const result = await chaos({ ...shortForm, seed }, line => t.comment(line))
  t.comment(summary(result))
  t.same(result.complaints, [])
  t.equal(result.accepted, shortForm.commands)
  t.ok(Object.keys(result.faults).length > 1, 'several faults were done')
  t.ok(result.bytes > 1e6 && result.followed > 1e5, 'there was something to compare')
})
