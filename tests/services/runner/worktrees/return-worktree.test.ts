import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import t from 'tap'
import { requestRemoval } from '../../../../services/store/session-transitions.ts'
import { getSession } from '../../../../services/store/sessions.ts'
import { allWorktrees } from '../../../../services/store/worktrees.ts'
import { until } from '../../../until.ts'
import { runnerRig } from '../rig.ts'

t.test(
  'a worktree that is a mount point by now holds up no removal',
  { skip: process.getuid?.() === 0 ? false : 'only root mounts' },
  async t => {
    const rig = await runnerRig(t)
    const repository = await rig.repository()
    const session = await rig.session(repository)
    const mounted = spawnSync('mount', ['-t', 'tmpfs', 'none', rig.files.worktree(session.id)])
    if (mounted.status !== 0) {
      t.pass('not mounted', { skip: `nothing can be mounted here: ${mounted.stderr}` })
      return
    }
    // Wherever it has been moved by then.
    t.teardown(() => {
      for (const [, place = ''] of readFileSync('/proc/mounts', 'utf8').matchAll(/^\S+ (\S+)/gm))
        if (place.startsWith(rig.root)) spawnSync('umount', [place])
    })
    await requestRemoval(rig.store, session.id, rig.now())
    rig.wake()
    await until('it is gone', async () => (await getSession(rig.store, session.id)) === undefined)
    await until('its worktree is gone', async () => (await allWorktrees(rig.store)).length === 0)
    t.match(await rig.session(repository), { status: 'running' })
  },
)
