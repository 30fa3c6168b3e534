import t from 'tap'
import { toInstant } from '../../../lib/clock.ts'
import { touchSession } from '../../../services/store/activity.ts'
import { endCommand, getCommand, requestCancel, startCommand } from '../../../services/store/commands.ts'
import {
  expiredSessions,
  removeEndedBefore,
  sessionsToCheck,
  stopExpired,
  stopWhereIdle,
} from '../../../services/store/session-life.ts'
import { moveSession } from '../../../services/store/session-transitions.ts'
import { getSession, sessionsToRemove } from '../../../services/store/sessions.ts'
import { storeRig } from './store-rig.ts'

const at = (seconds: number) => toInstant(Date.UTC(2030, 0, 1) + seconds * 1_000)
const ended = { exit_code: 0, failure: null, stdout_bytes: 0, stderr_bytes: 0 }

t.test('a session expires when its time to live is over, whatever runs in it', async t => {
  const rig = await storeRig(t)
  const { store } = rig
  const short = await rig.running(['true'], { now: at(0), ttl: 60 })
  const pending = await rig.session([], rig.owner, null, { now: at(0), ttl: 60 })
  const long = await rig.running([], { now: at(0), ttl: 61 })
  const endless = await rig.running([], { now: at(0) })
  t.match(await getSession(store, short), { ttl_seconds: 60, expires_at: at(60) })
  t.match(await getSession(store, endless), { ttl_seconds: 0, expires_at: null })
  t.same(await expiredSessions(store, at(59.999)), [])
  t.same(new Set(await expiredSessions(store, at(60))), new Set([short, pending]))
  t.notOk(await stopExpired(store, long, at(60)), 'it has a second left')
  for (const id of [short, pending]) t.ok(await stopExpired(store, id, at(60)))
  t.notOk(await stopExpired(store, short, at(60)), 'once')
  t.match(await getSession(store, short), { status: 'stopping', end_reason: 'expired' })
  t.same(await expiredSessions(store, at(60)), [])
})

t.test('a session is idle when nothing has run in it for so long', async t => {
  const rig = await storeRig(t)
  const { store } = rig
  const id = await rig.running([], { now: at(0), idle_timeout: 100 })
  const look = (seconds: number) => stopWhereIdle(store, id, at(seconds), at(seconds))
  const due = async (seconds: number) => (await sessionsToCheck(store, at(seconds))).includes(id)
  t.notOk(await due(99))
  t.ok(await due(100))

  const command = await rig.queue(id, [], at(90))
  t.notOk(await look(100), 'a command is queued')
  t.notOk(await due(199), 'it is not looked at again before it could be idle')
  await startCommand(store, command, at(150))
  t.notOk(await look(200), 'a command runs')
  await endCommand(store, command, 'succeeded', ended, at(250))
  t.notOk(await look(300), 'its command ended 50 seconds ago')
  t.notOk(await due(349))
  t.ok(await due(350))

  const session = await getSession(store, id)
  if (session === undefined) throw new Error('it is there')
  await touchSession(store, session, at(340))
  t.notOk(await look(350), 'somebody said that it is in use')
  const cancelled = await rig.queue(id, [], at(430))
  await requestCancel(store, cancelled, at(439))
  t.match(await getCommand(store, cancelled), { status: 'cancelled' })
  t.notOk(await look(440), 'a command was cancelled before it ran')
  t.notOk(await look(538.999))
  t.ok(await look(539))
  t.match(await getSession(store, id), { status: 'stopping', end_reason: 'idle' })
  t.notOk(await look(600), 'once')
  const endless = await rig.running([], { now: at(0) })
  t.notOk(await stopWhereIdle(store, endless, at(1e6), at(1e6)), 'it was told meanwhile to live on')
})

t.test('who says often that a session is in use writes seldom', async t => {
  const rig = await storeRig(t)
  const { store } = rig
  const activity = async (idle_timeout: number, ...instants: number[]) => {
    const id = await rig.running([], { now: at(0), idle_timeout })
    const noted: string[] = []
    for (const seconds of instants) {
      const session = await getSession(store, id)
      if (session === undefined) throw new Error('it is there')
      await touchSession(store, session, at(seconds))
      noted.push((await getSession(store, id))?.last_active_at ?? '')
    }
    return noted
  }
  t.same(await activity(0, 9, 10, 19, 20), [at(0), at(10), at(10), at(20)], 'every ten seconds')
  t.same(await activity(3_600, 9, 10), [at(0), at(10)])
  t.same(await activity(10, 0.9, 1, 1.9, 2), [at(0), at(1), at(1), at(2)], 'in a tenth of the time')
  t.same(await activity(0, -3_600), [at(-3_600)], 'and where the clock has been set back')
})

t.test('what has ended long ago is to be removed, once', async t => {
  const rig = await storeRig(t)
  const { store } = rig
  const [stopped, failed, late, running] = [
    await rig.running([], { now: at(0) }),
    await rig.running([], { now: at(0) }),
    await rig.running([], { now: at(0) }),
    await rig.running([], { now: at(0) }),
  ]
  for (const [id, end] of [
    [stopped, 10],
    [late, 20],
  ] as const) {
    await moveSession(store, id, 'stopping', { now: at(end) })
    await moveSession(store, id, 'stopped', { now: at(end) })
  }
  await moveSession(store, failed, 'failed', { now: at(10) })
  t.same(await removeEndedBefore(store, at(10)), [])
  t.same(new Set(await removeEndedBefore(store, at(20))), new Set([stopped, failed]))
  t.same(await removeEndedBefore(store, at(20)), [])
  t.same(new Set((await sessionsToRemove(store)).map(({ id }) => id)), new Set([stopped, failed]))
  t.match(await getSession(store, running), { delete_requested: 0 })
})
