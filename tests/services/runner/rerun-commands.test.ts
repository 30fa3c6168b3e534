import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { readProcessFile } from '../../../services/runner/commands/wrapper-files.ts'
import { getCommand } from '../../../services/store/commands.ts'
import { until } from '../../until.ts'
import { runnerRig } from './rig.ts'

/** Counts its runs in the worktree, says which this is, and waits for `go`. */
const counted = 'echo x >> runs; echo run $(wc -l < runs); until [ -e go ]; do sleep 0.1; done; exit 4'

t.test('a command that may run twice is run again where its end cannot be known', async t => {
  const rig = await runnerRig(t)
  const session = await rig.session(await rig.repository())
  const id = await rig.queue(session, counted, { idempotent: true })
  for (const attempt of [1, 2]) {
    await rig.printed(session.id, id, `run ${attempt}\n`)
    const wrapper = await until('its process file', () =>
      readProcessFile(rig.files.process(session.id, id, attempt)),
    )
    // The second one while no runner is there.
    if (attempt === 2) await rig.stop()
    process.kill(wrapper.pid, 'SIGKILL')
    if (attempt === 2) await rig.start()
  }
  await rig.printed(session.id, id, 'run 3\n')
  writeFileSync(join(rig.files.worktree(session.id), 'go'), '')
  const row = await rig.ended(id)
  t.match(row, { status: 'failed', exit_code: 4, attempts: 3, failure_json: null })
  t.equal(rig.stdout(row), 'run 1\nrun 2\nrun 3\n', 'its log goes on, with nothing removed')
})

t.test('one that is lost again and again is lost in the end', async t => {
  const rig = await runnerRig(t)
  const session = await rig.session(await rig.repository())
  const id = await rig.queue(session, 'echo x >> runs; kill -KILL $PPID; sleep 60', { idempotent: true })
  const follower = await rig.queue(session, ['true'], { after: [id] })
  t.match(await rig.ended(id), { status: 'lost', attempts: 3, failure_json: /exit_status_unknown/ })
  t.match(await rig.ended(follower), { status: 'cancelled', failure_json: /earlier_command_failed/ })
  t.equal(readFileSync(join(rig.files.worktree(session.id), 'runs'), 'utf8'), 'x\nx\nx\n')
})

t.test('one that is to be cancelled is not run again', async t => {
  const rig = await runnerRig(t)
  const session = await rig.session(await rig.repository())
  const id = await rig.queue(session, counted, { idempotent: true })
  await rig.printed(session.id, id, 'run 1\n')
  const wrapper = await until('it runs', () => readProcessFile(rig.files.process(session.id, id)))
  await rig.stop()
  await rig.store.write(db =>
    db.updateTable('commands').set({ cancel_requested: 1 }).where('id', '=', id).execute(),
  )
  process.kill(wrapper.pid, 'SIGKILL')
  await rig.start()
  t.match(await rig.ended(id), { attempts: 1 })
  t.notMatch(await getCommand(rig.store, id), { status: 'queued' })
})
