import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { systemClock } from '../../../../lib/clock.ts'
import { tryToLock } from '../../../../lib/lock.ts'
import { logOf } from '../../../../services/api/logs/masked-log.ts'
import type { LogLimits } from '../../../../services/runner/logs/limits.ts'
import { changesAfter, latestPosition } from '../../../../services/store/changes.ts'
import { getCommand } from '../../../../services/store/commands.ts'
import { toCommand } from '../../../../services/store/rows.ts'
import type { CommandRow } from '../../../../services/store/schema.ts'
import { until } from '../../../until.ts'
import { type RunnerRig, runnerRig } from '../rig.ts'

t.setTimeout(240_000)

const hour = 3_600_000
const none: LogLimits = { compressAfterMs: 0, retainMs: 0, sessionBytes: 0, totalBytes: 0 }

/** A runner whose clock is set by the test; what is kept of logs is looked at when it starts. */
async function logRig(t: Test, logs: Partial<LogLimits>) {
  let ahead = 0
  const clock = { now: () => systemClock.now() + ahead }
  const rig = await runnerRig(t, { clock, logs: { ...none, ...logs } })
  return {
    rig,
    session: await rig.session(await rig.repository()),
    /** Starts another runner that much later. */
    async later(ms: number) {
      await rig.stop()
      ahead += ms
      await rig.start()
    },
    row: async ({ id }: Pick<CommandRow, 'id'>) => {
      const row = await getCommand(rig.store, id)
      if (row === undefined) throw new Error(`no ${id}`)
      return row
    },
  }
}

const filesOf = ({ files }: RunnerRig, { session_id, id }: CommandRow) =>
  readdirSync(files.command(session_id, id)).filter(name => name.includes('.log'))

const lines = (count: number) => `seq ${count}; seq ${count} | tail -n 3000 >&2`

t.test('what ended some time ago is compressed, and reads as before', async t => {
  const { rig, session, later, row } = await logRig(t, { compressAfterMs: 2 * hour })
  const old = await rig.run(session, lines(20_000))
  const [stdout, stderr] = [rig.log(old, 'stdout'), rig.log(old, 'stderr')]
  const small = await rig.run(session, 'echo small')
  await later(hour)
  await rig.run(session, 'true')
  t.match(await row(old), { log_state: 'written' }, 'not yet')
  await later(1.5 * hour)
  const running = await rig.queue(session, `${lines(20_000)}; sleep 600`)
  await until('both are stored', async () => (await row(small)).log_state === 'stored')
  t.same(filesOf(rig, old), ['stderr.log.zst', 'stdout.log.zst'])
  t.same(filesOf(rig, small), ['stderr.log', 'stdout.log'], 'nothing would be saved')
  const { log_stored_bytes } = await row(old)
  t.ok(log_stored_bytes !== null && log_stored_bytes < (stdout.length + stderr.length) / 3)
  for (const [stream, bytes] of [
    ['stdout', stdout],
    ['stderr', stderr],
  ] as const) {
    await using log = logOf(rig, old, stream)
    t.equal(await log.end(bytes.length), bytes.length)
    t.ok((await log.read(0, bytes.length)).equals(bytes))
  }
  t.equal(toCommand(await row(old)).log_expired_at, null)
  const another = await rig.run(session, lines(1_000))
  await later(3 * hour)
  await until('another one is stored', async () => (await row(another)).log_state === 'stored')
  t.match(await row({ id: running }), { log_state: 'written', status: 'running' }, 'it runs')
})

t.test('what is too old is removed, and that is a change', async t => {
  const { rig, session, later, row } = await logRig(t, { retainMs: 5 * hour, compressAfterMs: hour })
  const old = await rig.run(session, lines(2_000))
  await later(2 * hour)
  await until('it is stored', async () => (await row(old)).log_state === 'stored')
  const young = await rig.run(session, lines(2_000))
  const before = await latestPosition(rig.store)
  await later(4 * hour)
  await until('it is removed', async () => (await row(old)).log_state === 'removed')
  t.same(filesOf(rig, old), [])
  t.ok(existsSync(rig.files.exitStatus(old.session_id, old.id)), 'the rest of it stays')
  t.match(toCommand(await row(old)), { status: 'succeeded', log_expired_at: /^20/ })
  t.not((await row(young)).log_state, 'removed')
  const read = await changesAfter(rig.store, { after: before, visible: 'all', limit: 100 })
  t.ok(read.known && read.changes.some(change => change.kind === 'command' && change.row.id === old.id))
})

t.test('the oldest go first, of a session and of all, and what runs stays', async t => {
  const { rig, session, later, row } = await logRig(t, { sessionBytes: 2_500, totalBytes: 4_500 })
  const other = await rig.session(await rig.repository())
  const thousand = `printf '%01000d' 1`
  const running = await rig.queue(session, `printf '%09000d' 1; sleep 600`)
  const [a, b, c] = [
    await rig.run(session, thousand),
    await rig.run(session, thousand),
    await rig.run(session, thousand),
  ]
  const [d, e, f] = [
    await rig.run(other, thousand),
    await rig.run(other, thousand),
    await rig.run(other, 'true'),
  ]
  await later(hour)
  await until('one is too much for its session', async () => (await row(a)).log_state === 'removed')
  for (const left of [b, c, d, e, f]) t.equal((await row(left)).log_state, 'written')
  const third = await rig.session(await rig.repository())
  const g = await rig.run(third, thousand)
  await later(hour)
  await until('one is too much in all', async () => (await row(b)).log_state === 'removed')
  for (const left of [c, d, e, f, g]) t.equal((await row(left)).log_state, 'written')
  t.match(await row({ id: running }), { status: 'running', log_state: 'written' })
  t.equal(readFileSync(rig.files.log(session.id, running, 'stdout')).length, 9_000)
})

t.test('while another runner is at it nothing is done', async t => {
  const { rig, session, later, row } = await logRig(t, { retainMs: hour })
  const old = await rig.run(session, 'echo 1')
  const held = tryToLock(rig.files.logKeeping)
  await later(2 * hour)
  await rig.run(session, 'true')
  t.equal((await row(old)).log_state, 'written')
  held?.[Symbol.dispose]()
  await later(1)
  await until('it is removed', async () => (await row(old)).log_state === 'removed')
})

t.test('one that is too much by itself takes no other with it', async t => {
  const { rig, session, later, row } = await logRig(t, { totalBytes: 10_000 })
  const [small, large, young] = [
    await rig.run(session, `printf '%01000d' 1`),
    await rig.run(session, `printf '%050000d' 1`),
    await rig.run(session, `printf '%01000d' 1`),
  ]
  await later(hour)
  await until('it is removed', async () => (await row(large)).log_state === 'removed')
  for (const left of [small, young]) t.equal((await row(left)).log_state, 'written')
})

t.test('one that cannot be compressed holds up no other', async t => {
  const { rig, session, later, row } = await logRig(t, { compressAfterMs: hour })
  const bad = await rig.run(session, lines(2_000))
  const good = await rig.run(session, lines(2_000))
  mkdirSync(rig.files.compressedLog(bad.session_id, bad.id, 'stdout'))
  await later(2 * hour)
  await until('the other one is', async () => (await row(good)).log_state === 'stored')
  t.equal((await row(bad)).log_state, 'written')
  t.match(rig.log(bad, 'stdout'), /\n2000\n$/, 'nothing of it is lost')
})

t.test('what a killed writer left goes with the log', async t => {
  const { rig, session, later, row } = await logRig(t, { retainMs: hour })
  const old = await rig.run(session, lines(10))
  const compressed = rig.files.compressedLog(old.session_id, old.id, 'stdout')
  writeFileSync(join(dirname(compressed), `.${basename(compressed)}.0123456789ab`), 'a part')
  await later(2 * hour)
  await until('it is removed', async () => (await row(old)).log_state === 'removed')
  t.same(filesOf(rig, old), [])
})
