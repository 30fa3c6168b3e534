import { Writable } from 'node:stream'
import { pino } from 'pino'
import t from 'tap'
import { CallLog } from '../../../../services/proxy/gateway/call-log.ts'
import { until } from '../../../until.ts'
import { call, startRig, unrulyTable } from './rig.ts'

t.setTimeout(240_000)

function log(isOn = true) {
  const lines: Record<string, unknown>[] = []
  const write = (line: Buffer, _: unknown, done: () => void) => {
    lines.push(JSON.parse(String(line)))
    done()
  }
  return { lines, calls: new CallLog(pino(new Writable({ write })), () => isOn) }
}

t.test('a call is told with what was given and what came of it, cut where it is long', async t => {
  const { lines, calls } = log()
  t.equal(await calls.around('echo', { a: 1 }, async () => 'x'.repeat(20_000)), 'x'.repeat(20_000))
  await t.rejects(
    calls.around('fail', undefined, async () => {
      throw new Error('not today')
    }),
    { message: 'not today' },
  )
  calls.wrote('files', 'oh')
  t.match(lines, [
    { call: { tool: 'echo', arguments: '{"a":1}', answer: /^x{10000}…$/, ms: Number } },
    { call: { tool: 'fail', arguments: '', error: 'not today' } },
    { wrote: { server: 'files', text: 'oh' } },
  ])
  const off = log(false)
  t.equal(await off.calls.around('echo', {}, async () => 1), 1)
  off.calls.wrote('files', 'oh')
  t.same(off.lines, [])
})

t.test('a server that floods its standard error does not flood the log', async t => {
  const { lines, calls } = log()
  for (let count = 0; count < 2_000; count++) calls.wrote('files', 'x'.repeat(10_000))
  t.ok(lines.length < 1_000, `${lines.length}`)
})

t.test('calls are told as soon as the configuration wants that, and servers with what they say', async t => {
  const tables = unrulyTable('one')
  const rig = await startRig(t, tables)
  const told = (what: RegExp) => rig.logged.some(line => what.test(line))
  const client = await rig.connect()
  await call(client, 'one_echo', { text: 'before' })
  await rig.configure(`[gateway]\nlog_calls = true\n${tables}`)
  await until('it counts', async () => {
    await call(client, 'one_echo', { text: 'after' })
    return told(/"call":\{"tool":"one_echo","arguments":"\{\\"text\\":\\"after\\"\}","answer":".*after/)
  })
  await call(client, 'one_die')
  await until('its last words are told', () => told(/"wrote":\{"server":"one","text":"out of ideas\\n"\}/))
  t.equal(told(/before/), false)
})
