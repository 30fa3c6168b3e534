import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import t from 'tap'
import { debugSessionId } from '../../../../services/contract/ids.ts'
import { MeetingPlace, sweepMeetings } from '../../../../services/runner/debug/meeting-place.ts'
import { queueDebugSession } from '../../../../services/store/debug-sessions.ts'
import { runnerRig } from '../rig.ts'
import { noRequest } from './live-rig.ts'

t.test('a meeting place is made when it is asked for, for its owner alone, and removed', async t => {
  const rig = await runnerRig(t)
  const place = new MeetingPlace(rig.files, debugSessionId.create(), { apart: false })
  await place[Symbol.asyncDispose]()
  const { outside, inside } = place.meeting()
  t.teardown(() => rm(dirname(outside), { recursive: true, force: true }))
  t.same(place.meeting(), { outside, inside })
  t.equal(inside, outside)
  t.equal(statSync(outside).mode & 0o777, 0o700)
  t.ok(Buffer.byteLength(join(outside, 'x'.repeat(20))) <= 100, outside)
  await place[Symbol.asyncDispose]()
  t.notOk(statSync(outside, { throwIfNoEntry: false }))
  t.equal(
    new MeetingPlace(rig.files, debugSessionId.create(), { apart: true }).meeting().inside,
    '/dev/debug-server',
  )
})

t.test('what killed runners have left is removed, what is in use and what is not ours stays', async t => {
  const rig = await runnerRig(t)
  const session = await rig.session(await rig.repository({ 'app.py': 'pass\n' }))
  const queued = await queueDebugSession(rig.store, {
    command: {
      ...{ session: session.id, command: ['true'], directory: '.', environment: {}, timeout: null },
      now: rig.now(),
    },
    ...{ engine: 'debugpy', request: noRequest, most: 8 },
  })
  if (!queued.queued) throw new Error(queued.reason)
  const live = new MeetingPlace(rig.files, queued.id, { apart: false }).meeting().outside
  const left = new MeetingPlace(rig.files, debugSessionId.create(), { apart: false }).meeting().outside
  t.teardown(() => rm(dirname(live), { recursive: true, force: true }))
  const foreign = join(live, '..', 'foreign')
  mkdirSync(foreign)
  await sweepMeetings(rig)
  const names = readdirSync(join(live, '..'))
  t.same(names.toSorted(), [queued.id, 'foreign'].toSorted())
  t.notOk(statSync(left, { throwIfNoEntry: false }))
})

t.test('who takes up what a killed runner was about to launch has a place of its own', async t => {
  const rig = await runnerRig(t)
  const id = debugSessionId.create()
  const { outside } = new MeetingPlace(rig.files, id, { apart: false }).meeting()
  t.teardown(() => rm(dirname(outside), { recursive: true, force: true }))
  writeFileSync(join(outside, 'in'), '')
  await using place = new MeetingPlace(rig.files, id, { apart: false })
  t.same(readdirSync(place.meeting().outside), [])
})
