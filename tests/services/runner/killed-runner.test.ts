import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { getCommand, listCommands } from '../../../services/store/commands.ts'
import { until } from '../../until.ts'
import { runnerRig } from './rig.ts'
import { killRunner, spawnRunner } from './spawn-runner.ts'

t.setTimeout(260_000)

t.test('commands outlive a runner that is killed, each runs once, and no byte is missing', async t => {
  const rig = await runnerRig(t)
  const session = await rig.session(await rig.repository())
  await rig.stop()
  const go = join(rig.files.worktree(session.id), 'go')
  const held = []
  let child = await spawnRunner(rig)
  t.teardown(() => killRunner(child))
  for (let i = 0; i < 4; i++)
    held.push(
      await rig.queue(
        session,
        `echo ${i} >> ran; seq 1 2000; until [ -e go ]; do sleep 0.1; done; seq 1 ${i}; exit ${i}`,
      ),
    )
  for (const id of held) await rig.printed(session.id, id, '\n2000\n')
  // Quick ones, with the runner killed somewhere among them, again and again.
  const quick = []
  for (let round = 0; round < 6; round++) {
    for (let i = 0; i < 5; i++) quick.push(await rig.queue(session, `echo q >> ran; echo out; exit ${i}`))
    const first = quick[round * 5]
    if (first === undefined) throw new Error('none')
    await until('it to start', async () => (await getCommand(rig.store, first))?.status !== 'queued')
    await killRunner(child)
    child = await spawnRunner(rig)
  }
  await killRunner(child)
  t.ok(existsSync(rig.socket), 'it left its socket behind')
  await rig.start()
  writeFileSync(go, '')

  const numbers = (count: number) => Array.from({ length: count }, (_, i) => `${i + 1}\n`).join('')
  for (const [i, id] of held.entries()) {
    const row = await rig.ended(id)
    t.match(row, { exit_code: i, status: i === 0 ? 'succeeded' : 'failed' })
    t.equal(rig.stdout(row), numbers(2000) + numbers(i))
  }
  for (const [i, id] of quick.entries()) {
    const row = await rig.ended(id)
    t.match(row, { exit_code: i % 5, failure_json: null })
    t.equal(rig.stdout(row), 'out\n')
  }
  const count = await rig.run(session, 'grep -c q ran; grep -vc q ran')
  t.equal(rig.stdout(count), '30\n4\n', 'each ran exactly once')
  t.ok((await listCommands(rig.store, session.id)).every(row => row.ended_at !== null))
})
