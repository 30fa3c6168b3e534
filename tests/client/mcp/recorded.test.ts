import t from 'tap'
import { type ProbeRecord, recordedSchema, recordSchema } from '../../../services/contract/debug-probes.ts'
import { instant } from '../../../services/contract/examples/things.ts'
import { session } from '../samples.ts'
import { inProcess } from './in-process.ts'

const record = (number: number): ProbeRecord =>
  recordSchema.parse({
    ...{ kind: 'call', number, probe: 1, at: instant, function: 'step', ended: 'returned' },
    ...{ arguments: [{ name: 'n', value: String(number) }], result: '漢'.repeat(60) },
    ...{ duration: 0.1, depth: 0, thread: 'main' },
  })
/** Numbers 1 to 10 were never kept. */
const all = Array.from({ length: 190 }, (_, at) => record(at + 11))

t.test('records that do not fit into one result come with the next, none twice and none missed', async t => {
  const { client, bugs } = await inProcess(t, {
    'debug.recorded': ({ from, limit }) => {
      const after = all.filter(({ number }) => number > Number(from))
      const records = after.slice(0, Number(limit))
      const next = records.at(-1)?.number ?? Number(from)
      const lost = next - Number(from) - records.length
      return { probes: [], records, next, lost, more: records.length < after.length }
    },
  })
  const numbers: number[] = []
  let lost = 0
  for (let from = 0, more = true; more; ) {
    const given = { session: session().id, from }
    const { structuredContent } = await client.callTool({ name: 'debug_recorded', arguments: given })
    const told = recordedSchema.parse(structuredContent)
    t.ok(told.records.length > 0 && told.records.length < 100, 'fewer than were asked for')
    numbers.push(...told.records.map(({ number }) => number))
    lost += told.lost
    from = told.next
    more = told.more
  }
  t.same(
    numbers,
    all.map(({ number }) => number),
  )
  t.equal(lost, 10)
  t.same(bugs, [])
})
