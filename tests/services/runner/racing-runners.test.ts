import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { commandHasEnded } from '../../../services/contract/command-state.ts'
import { listCommands } from '../../../services/store/commands.ts'
import { runnerRig, until } from './rig.ts'
import { killRunner, spawnRunner } from './spawn-runner.ts'

t.setTimeout(120_000)

t.test('two runners that race for 200 commands: each runs exactly once', async t => {
  const rig = await runnerRig(t)
  const repository = await rig.repository()
  const sessions = [await rig.session(repository), await rig.session(repository)]
  await rig.stop()
  for (const session of sessions)
    for (let i = 0; i < 100; i++) await rig.queue(session, `echo ${i} >> ran; exit ${i % 3}`)
  for (const name of ['one', 'other']) {
    const child = await spawnRunner(rig, { socket: join(rig.root, `${name}.sock`) })
    t.teardown(() => killRunner(child))
  }
  const took = new Set<number>()
  for (const session of sessions) {
    const rows = await until(
      'the end of all',
      async () => {
        const rows = await listCommands(rig.store, session.id)
        for (const { runner_token } of rows) if (runner_token !== null) took.add(runner_token)
        return rows.every(row => commandHasEnded(row.status)) ? rows : undefined
      },
      60_000,
    )
    t.same(
      rows.map(row => row.exit_code),
      Array.from({ length: 100 }, (_, i) => i % 3),
    )
    const ran = readFileSync(join(rig.files.worktree(session.id), 'ran'), 'utf8')
      .trim()
      .split('\n')
    t.same(
      ran.map(Number).sort((a, b) => a - b),
      Array.from({ length: 100 }, (_, i) => i),
      'once each',
    )
  }
  t.equal(took.size, 2, 'both took their part')
})
