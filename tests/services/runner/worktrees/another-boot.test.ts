import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { bootId } from '../../../../lib/boot-id.ts'
import { allWorktrees } from '../../../../services/store/worktrees.ts'
import { until } from '../../../until.ts'
import { runnerRig } from '../rig.ts'
import { contentsOf, freshClone, giveBack } from './pool-rig.ts'

t.setTimeout(120_000)

t.test(
  'a warm worktree of another boot of the machine is written anew, whatever came to the disk',
  async t => {
    const rig = await runnerRig(t)
    const repository = await rig.repository({ a: 'good\n', 'dir/b': 'b\n' })
    await giveBack(rig, (await rig.session(repository)).id)
    const [warm] = await allWorktrees(rig.store)
    if (warm === undefined) throw new Error('nothing is warm')
    t.equal(warm.boot_id, bootId())
    await rig.stop()
    writeFileSync(join(rig.files.checkout(warm.id), 'a'), '\0\0\0\0\0')
    truncateSync(rig.files.index(warm.id), 50)
    await rig.store.write(db => db.updateTable('worktrees').set({ boot_id: 'another' }).execute())
    await rig.start()
    const again = await until('it to be warm again', async () =>
      (await allWorktrees(rig.store)).find(
        ({ boot_id, status }) => boot_id === bootId() && status === 'warm',
      ),
    )
    t.match(again, { id: warm.id, last_used_at: warm.last_used_at })
    const session = await rig.session(repository)
    t.match(await allWorktrees(rig.store), [{ id: warm.id, session_id: session.id }])
    t.equal(contentsOf(rig.files.worktree(session.id)), freshClone(rig, repository.directory, 'main'))
  },
)
