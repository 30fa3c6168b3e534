import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { RunnerToken, SessionId } from '../../../services/contract/ids.ts'
import { takeSession } from '../../../services/store/runners.ts'
import { getSession } from '../../../services/store/sessions.ts'
import type { Store } from '../../../services/store/store.ts'
import { runner } from '../store/store-rig.ts'
import { runnerRig } from './rig.ts'

t.test('a session that another runner has taken since it was looked at is left alone', async t => {
  let contested: { id: SessionId; other: RunnerToken } | undefined
  let whole: Store | undefined
  const write: Store['write'] = async work => {
    if (contested !== undefined)
      await takeSession(whole as Store, contested.id, contested.other, 'starting', 'stopped', 'failed')
    return (whole as Store).write(work)
  }
  // Its store, in which another runner is quicker whenever this one is about to take the session.
  const store = new Proxy({} as Store, {
    get: (_, name) => (name === 'write' ? write : Reflect.get(whole as Store, name)),
  })
  const rig = await runnerRig(t, { idle: true, store })
  whole = rig.store
  await rig.start()
  const repository = await rig.repository()
  for (const [status, delete_requested] of [
    ['starting', 0],
    ['stopped', 1],
    ['failed', 1],
  ] as const) {
    const session = await rig.session(repository)
    const made = join(rig.files.worktree(session.id), 'made by the other')
    writeFileSync(made, 'kept')
    const other = await runner(rig.store)
    contested = { id: session.id, other }
    await rig.store.write(db =>
      db
        .updateTable('sessions')
        .set({ status, delete_requested, started_at: null, commit_id: null })
        .where('id', '=', session.id)
        .execute(),
    )
    // Whatever this runner would do, it has done once it has started another one.
    t.match(await rig.session(repository), { status: 'running' })
    t.match(await getSession(rig.store, session.id), { status, runner_token: other })
    t.equal(readFileSync(made, 'utf8'), 'kept', status)
    contested = undefined
  }
})
