import { existsSync } from 'node:fs'
import t, { type Test } from 'tap'
import { systemClock, systemStopwatch } from '../../../lib/clock.ts'
import type { SessionId } from '../../../services/contract/ids.ts'
import { getCommand } from '../../../services/store/commands.ts'
import { getSession } from '../../../services/store/sessions.ts'
import { until } from '../../until.ts'
import { runnerRig } from './rig.ts'

t.setTimeout(240_000)

const hour = 3_600_000
const day = 24 * hour

/** A runner whose time a test lets pass, and whose clock it sets. */
async function timedRig(t: Test, retainMs = 0) {
  let passed = 0
  let set = 0
  const rig = await runnerRig(t, {
    clock: { now: () => systemClock.now() + passed + set },
    // A lease is renewed by timers, which know nothing of the time that is made up here, and of no more than 24 days.
    lease: { termMs: 60 * day, stopwatch: { elapsed: () => systemStopwatch.elapsed() + passed } },
    sessions: { retainMs },
  })
  const after = (change: () => void) => {
    change()
    rig.wake()
  }
  /** Two looks from now on have seen whatever there was to see. */
  const twoLooks = async () => {
    for (let i = 0; i < 2; i++) {
      after(() => (passed += 1_000))
      await rig.run(await rig.session(repository), 'true')
    }
  }
  const repository = await rig.repository()
  const is = (id: SessionId, status: string, end_reason: string | null) =>
    until(`${id} to be ${status}`, async () => {
      const row = await getSession(rig.store, id)
      return row?.status === status && row.end_reason === end_reason ? row : undefined
    })
  return {
    ...{ rig, repository, twoLooks, is },
    pass: (milliseconds: number) => after(() => (passed += milliseconds)),
    setClock: (by: number) => after(() => (set += by)),
  }
}

t.test('a session is stopped when its time is over, with what runs in it', async t => {
  const { rig, repository, pass, is } = await timedRig(t)
  const session = await rig.session(repository, { ttl: 3_600 })
  const other = await rig.session(repository, { ttl: 7_200 })
  const command = await rig.queue(session, 'echo up; exec sleep 300')
  await rig.printed(session.id, command, 'up')
  pass(hour)
  await is(session.id, 'stopped', 'expired')
  t.match(await getCommand(rig.store, command), {
    status: 'cancelled',
    failure_json: /session_stopped/,
  })
  t.ok(existsSync(rig.files.worktree(session.id)), 'its worktree stays')
  await is(other.id, 'running', null)
  pass(hour)
  await is(other.id, 'stopped', 'expired')
})

t.test('a session in which nothing happens is stopped, one in which a command runs is not', async t => {
  const { rig, repository, pass, twoLooks, is } = await timedRig(t)
  const quiet = await rig.session(repository, { idle_timeout: 600 })
  const busy = await rig.session(repository, { idle_timeout: 600 })
  const patient = await rig.session(repository)
  const command = await rig.queue(busy, 'mkfifo fifo; echo up; cat fifo')
  await rig.printed(busy.id, command, 'up')
  pass(610_000)
  await is(quiet.id, 'stopped', 'idle')
  await twoLooks()
  await is(busy.id, 'running', null)
  pass(day)
  await twoLooks()
  await is(patient.id, 'running', null)
})

t.test('setting the clock stops nothing as idle and removes nothing', async t => {
  const { rig, repository, pass, setClock, twoLooks, is } = await timedRig(t, 7 * day)
  const session = await rig.session(repository, { idle_timeout: 600 })
  const failed = await rig.session(repository, { revision: 'no-such-branch' })
  t.equal(failed.status, 'failed')
  setClock(30 * day)
  await twoLooks()
  await is(session.id, 'running', null)
  t.match(await getSession(rig.store, failed.id), { delete_requested: 0 })
  setClock(-30 * day)
  await twoLooks()
  await is(session.id, 'running', null)
  pass(8 * day)
  await is(session.id, 'stopped', 'idle')
  await until(
    'what ended long ago is gone',
    async () => (await getSession(rig.store, failed.id)) === undefined,
  )
})

t.test('what has ended is removed when it has been kept for long enough', async t => {
  const { rig, repository, pass, is } = await timedRig(t, 7 * day)
  const session = await rig.session(repository, { ttl: 60 })
  await rig.run(session, 'echo > result')
  pass(60_000)
  await is(session.id, 'stopped', 'expired')
  pass(6 * day)
  await rig.run(await rig.session(repository), 'true')
  await is(session.id, 'stopped', 'expired')
  pass(day)
  await until('it is gone', async () => (await getSession(rig.store, session.id)) === undefined)
  t.notOk(existsSync(rig.files.session(session.id)))
})
