import { readlinkSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { processTable } from '../../../../lib/processes/process-table.ts'
import { until } from '../../../until.ts'
import { call, startRig, toolNames, unrulyTable } from './rig.ts'

t.setTimeout(240_000)

/** Of this many kills, one every second: `KILLS=60` is a whole minute. */
const kills = Number(process.env.KILLS ?? 6)

t.test(
  'a server that is killed every second under load: every failure says why, and no process is left',
  async t => {
    const rig = await startRig(t, `${unrulyTable('one', 'cwd = "config"')}${unrulyTable('two')}`)
    const clients = await Promise.all([rig.connect(), rig.connect(), rig.connect()])
    await toolNames(clients[0] ?? (await rig.connect()))
    /** Processes of the server, which alone runs in this directory. */
    const running = () =>
      processTable()
        .entries.filter(({ pid, zombie }) => !zombie && directoryOf(pid) === `${rig.root}/config`)
        .map(({ pid }) => pid)
    let isOver = false
    const told = { done: 0, failed: 0, unexplained: [] as string[], ofOthers: 0 }
    const load = clients.map(async client => {
      while (!isOver) {
        const { failed, text } = await call(client, 'one_echo', { text: 'x' })
        if (!failed) told.done += 1
        else if (/went away during the call \(it was ended by SIGKILL\)|is not to be had: /.test(text))
          told.failed += 1
        else told.unexplained.push(text)
        if ((await call(client, 'two_echo', { text: 'x' })).failed) told.ofOthers += 1
      }
    })
    for (let kill = 0; kill < kills; kill++) {
      // Where a start takes longer than that it would never answer. One call of each client may have been answered before.
      const before = told.done + clients.length
      await Promise.all([delay(1_000), until('it has answered', () => told.done > before)])
      for (const pid of running()) process.kill(pid, 'SIGKILL')
    }
    isOver = true
    await Promise.all(load)
    t.same(told.unexplained, [])
    t.equal(told.ofOthers, 0, 'another server is no part of it')
    const [instance] = (await rig.server('one')).instances
    t.ok(
      (instance?.restarts ?? 0) >= kills - 1,
      `${instance?.restarts} times, ${told.done} calls were answered, ${told.failed} not`,
    )
    t.ok(running().length <= 1, 'never a second one beside it')
    await Promise.all(clients.map(client => client.close()))
    await rig.proxy[Symbol.asyncDispose]()
    t.same(running(), [])
  },
)

function directoryOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return undefined
  }
}
