import t from 'tap'
import { familiesSchema, metricsText, ServiceMetrics } from '../../lib/metrics.ts'

t.test(
  'figures of several services come together, each family once, each value with its service',
  async t => {
    const [one, other] = [new ServiceMetrics('one'), new ServiceMetrics('other')]
    one.counter('things_total', 'Things.', ['kind']).inc({ kind: 'a' }, 2)
    other.counter('things_total', 'Things.', ['kind']).inc({ kind: 'a' }, 3)
    other.histogram('took_seconds', 'Times.', [], [1, 2]).observe(1.5)
    const text = await metricsText([await one.families(), await other.families()])
    t.equal(text.match(/^# TYPE things_total counter$/gm)?.length, 1)
    t.match(text, 'things_total{kind="a",service="one"} 2')
    t.match(text, 'things_total{kind="a",service="other"} 3')
    t.match(text, 'took_seconds_bucket{le="1",service="other"} 0')
    t.match(text, 'took_seconds_bucket{le="2",service="other"} 1')
    t.match(text, 'took_seconds_sum{service="other"} 1.5')
  },
)

t.test('a figure that is worked out when it is asked for', async t => {
  const metrics = new ServiceMetrics('one')
  let size = 3
  metrics.gauge('queue_length', 'Waiting.', [], gauge => gauge.set(size))
  t.match(await metricsText([await metrics.families()]), 'queue_length{service="one"} 3')
  size = 5
  t.match(await metricsText([await metrics.families()]), 'queue_length{service="one"} 5')
})

t.test('the process tells of itself, and its CPU time only grows', async t => {
  const metrics = new ServiceMetrics('one')
  const cpu = async () => {
    const family = (await metrics.families()).find(({ name }) => name === 'process_cpu_seconds_total')
    return family?.values[0]?.value ?? -1
  }
  const before = await cpu()
  for (const begun = process.cpuUsage(); process.cpuUsage(begun).user < 30_000; );
  const after = await cpu()
  t.ok(before >= 0 && after > before + 0.01, `${before} ${after}`)
  t.match(
    await metricsText([await metrics.families()]),
    /process_resident_memory_bytes\{service="one"\} \d{7,}/,
  )
})

t.test('what is no family is refused', t => {
  for (const bad of [
    null,
    {},
    [{ name: 'x' }],
    [{ name: 'x', help: '', type: 'gauge', aggregator: 'sum', values: [{}] }],
  ])
    t.notOk(familiesSchema.safeParse(bad).success)
  t.end()
})
