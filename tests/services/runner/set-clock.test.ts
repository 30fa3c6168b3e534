import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { systemClock } from '../../../lib/clock.ts'
import { toCommand } from '../../../services/store/rows.ts'
import { commit, type RunnerRig, runnerRig } from './rig.ts'

t.setTimeout(240_000)

const hour = 3_600_000

/** A runner whose clock can be set; everything else is real. */
async function settable(t: Parameters<typeof runnerRig>[0]) {
  let offset = 0
  const rig = await runnerRig(t, { clock: { now: () => systemClock.now() + offset } })
  return {
    rig,
    set: (by: number) => {
      offset += by
    },
  }
}

const go = (rig: RunnerRig, session: Parameters<RunnerRig['files']['worktree']>[0]) =>
  writeFileSync(join(rig.files.worktree(session), 'go'), '')

for (const [name, step] of [
  ['forward', hour],
  ['back', -hour],
] as const)
  t.test(`a clock that is set ${name} by an hour`, async t => {
    const { rig, set } = await settable(t)
    const session = await rig.session(await rig.repository())
    const gate = 'echo ready; until [ -e go ]; do sleep 0.1; done; exit 3'
    const patient = await rig.queue(session, gate, { timeout: 600 })
    const late = await rig.queue(session, 'echo ready; exec sleep 300', { timeout: 3 })
    const over = await rig.queue(session, gate.replaceAll('go', 'over'), { timeout: 600 })
    for (const id of [patient, late, over]) await rig.printed(session.id, id, 'ready\n')

    // With its runner, and once more between one runner and the next.
    set(step)
    await rig.stop()
    writeFileSync(join(rig.files.worktree(session.id), 'over'), '')
    set(step)
    await rig.start()
    const timedOut = await rig.ended(late)
    t.match(timedOut, { status: 'timed_out' }, 'a time limit is neither shorter nor longer')
    t.match(await rig.ended(over), { status: 'failed', exit_code: 3 }, 'what has ended was in time')
    go(rig, session.id)
    const ended = await rig.ended(patient)
    t.match(ended, { status: 'failed', exit_code: 3, failure_json: null })
    for (const row of [timedOut, ended]) {
      const { usage } = toCommand(row)
      t.ok(usage !== null && usage.wall_seconds > 0.1 && usage.wall_seconds < 60, `${usage?.wall_seconds} s`)
    }
    t.match(await rig.run(session, 'echo later'), { status: 'succeeded' })
  })

t.test('a clock that was set back hides no commit from a new session', async t => {
  const { rig, set } = await settable(t)
  const repository = await rig.repository()
  await rig.session(repository)
  const moved = commit(repository.directory, { 'a.txt': 'second' })
  set(-hour)
  t.match(await rig.session(repository), { status: 'running', commit_id: moved })
})
