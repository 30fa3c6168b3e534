import t from 'tap'
import { Probes } from '../../../../../services/runner/debug/above/probes.ts'

t.test('what an engine tells at once is recorded, however much that is', async t => {
  const probes = new Probes({
    ask: (async () => ({ unset: [] })) as never,
    clock: { now: () => 0 },
    plan: { tracesCalls: true },
    live: { breakpoints: { resend: async () => undefined } },
  })
  const begins = { line: 1, inside: { line: 1, column: 1 }, suspends: false, results: [] }
  const traced = { kind: 'calls', file: 'a.go', function: 'deep', path: '/a.go', expressions: [] } as const
  await probes.change([{ ...traced, verified: true, message: null, at: null, begins }], [])
  const call = (depth: number) => ({
    ...{
      probe: 1,
      function: 'main.deep',
      ended: 'raised',
      result: null,
      began: 0,
      ms: 1,
      thread: 'goroutine 1',
    },
    ...{ depth, arguments: [] as string[][] },
  })
  const many = Array.from({ length: 60 }, (_, at) => [`a${at}`, `${at}`])
  const records = Array.from({ length: 11_999 }, (_, at) => call(at))
  probes.takes('debugServerTraced', { records: [...records, { ...call(11_999), arguments: many }] })
  t.match(probes.list(), [{ hits: 12_000, verified: true }])
  t.match(probes.ring.after(11_999, 10).records, [
    { number: 12_000, depth: 11_999, arguments: { length: 20 } },
  ])
})
