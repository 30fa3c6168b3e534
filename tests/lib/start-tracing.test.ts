import { createServer } from 'node:net'
import t from 'tap'
import { createLog } from '../../lib/log.ts'
import { startTracing, tracesAreOn } from '../../lib/start-tracing.ts'
import { openSpan, traceCarrier, withSpan } from '../../lib/trace.ts'

t.test('traces are off until the environment names where they go', t => {
  t.notOk(tracesAreOn({}))
  t.notOk(tracesAreOn({ OTEL_SERVICE_NAME: 'mine', OTEL_TRACES_SAMPLER: 'always_on' }))
  t.notOk(tracesAreOn({ OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost' }))
  t.notOk(tracesAreOn({ OTEL_TRACES_EXPORTER: 'otlp', OTEL_SDK_DISABLED: 'true' }))
  t.ok(tracesAreOn({ OTEL_TRACES_EXPORTER: 'console' }))
  t.ok(tracesAreOn({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318' }))
  t.ok(tracesAreOn({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://localhost:4318/v1/traces' }))
  t.end()
})

t.test('work is done, and what it throws is thrown, where they are off', async t => {
  t.equal(await withSpan('work', {}, async () => traceCarrier()), undefined)
  await t.rejects(
    withSpan('work', {}, async () => {
      throw new Error('thrown')
    }),
    { message: 'thrown' },
  )
})

t.test('a collector that never answers holds up no end, and lines of the log name their trace', async t => {
  const sockets = new Set<{ destroy(): void }>()
  const silent = createServer(socket => void sockets.add(socket.on('error', () => {}).resume()))
  await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    for (const socket of sockets) socket.destroy()
    silent.close()
  })
  const address = silent.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${address.port}`
  const lines: string[] = []
  const log = createLog('test', { write: line => void lines.push(line) })
  const tracing = await startTracing({ name: 'test', version: '1', instance: 'ins_1', log })
  const span = openSpan('never told')
  const carrier = span.within(() => {
    log.info('inside')
    return traceCarrier()
  })
  span.end()
  await tracing[Symbol.asyncDispose]()
  t.equal(sockets.size, 1, 'it was tried')
  const { trace_id, span_id } = JSON.parse(lines.find(line => line.includes('inside')) ?? '{}')
  t.equal(carrier?.traceparent, `00-${trace_id}-${span_id}-01`)
})
