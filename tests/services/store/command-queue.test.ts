import t from 'tap'
import type { SessionId } from '../../../services/contract/ids.ts'
import { chooseCommands } from '../../../services/runner/commands/choose-commands.ts'
import { readyCommands } from '../../../services/store/command-queue.ts'
import { endCommand, startCommand } from '../../../services/store/commands.ts'
import { random } from '../../chaos/random.ts'
import { now, storeRig } from './store-rig.ts'

t.setTimeout(240_000)

t.test('it begins with the sessions that have the fewest running, however long others wait', async t => {
  const rig = await storeRig(t)
  const [busy, idle] = [await rig.running(), await rig.running()]
  const earliest = await rig.queue(busy, [], '2030-01-01T00:00:00.000Z')
  const later = await rig.queue(idle, [], '2030-01-02T00:00:00.000Z')
  const first = async (load?: (session: SessionId) => number) =>
    (await readyCommands(rig.store, 1, load)).map(({ id }) => id)
  t.same(await first(), [earliest])
  t.same(await first(session => (session === busy ? 1 : 0)), [later])
})

t.test('what is chosen from it is what would be chosen from the whole queue', async t => {
  const next = random(7)
  const number = (below: number) => Math.floor(next() * below)
  const rig = await storeRig(t)
  const sessions: SessionId[] = []
  for (let i = 0; i < 12; i++) sessions.push(await rig.running())
  const running: { id: Awaited<ReturnType<typeof rig.queue>>; session: SessionId }[] = []
  for (let round = 0; round < 40; round++) {
    for (let i = 0; i < 5; i++) {
      // Mostly in a few, so that some sessions have long queues and some none.
      const session = sessions[Math.min(number(12), number(12))]
      if (session !== undefined) await rig.queue(session)
    }
    const busy = running.map(({ session }) => session)
    const load = (session: SessionId) => busy.filter(one => one === session).length
    const free = 1 + number(4)
    const slots = busy.length + free
    const all = await readyCommands(rig.store, 10_000)
    const some = await readyCommands(rig.store, slots, load)
    t.ok(some.length <= slots * slots)
    const chosen = chooseCommands(some, busy, free)
    t.same(
      chosen.map(({ id }) => id),
      chooseCommands(all, busy, free).map(({ id }) => id),
    )
    for (const { id, session_id: session } of chosen) {
      t.ok(await startCommand(rig.store, id, now()))
      running.push({ id, session })
    }
    while (running.length > number(10)) {
      const [ended] = running.splice(number(running.length), 1)
      if (ended !== undefined)
        await endCommand(
          rig.store,
          ended.id,
          'succeeded',
          { exit_code: 0, failure: null, stdout_bytes: 0, stderr_bytes: 0 },
          now(),
        )
    }
  }
})
