import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import t from 'tap'
import { systemClock } from '../../../../lib/clock.ts'
import { repositoryId } from '../../../../services/contract/ids.ts'
import { submodulesOf } from '../../../../services/store/rows.ts'
import { until } from '../rig.ts'
import { giveBack } from '../worktrees/pool-rig.ts'
import { headOf, nameSubmodules, servedRig } from './submodule-rig.ts'

t.setTimeout(200_000)
const day = 86_400_000

t.test('mirrors of submodules that no session has go after a week, and those of nobody at once', async t => {
  let ahead = 0
  const { rig, urlOf } = await servedRig(t, {
    clock: { now: () => systemClock.now() + ahead },
    git: { openSchemes: ['git'] },
  })
  const [left, kept] = [rig.origin({ left: '' }), rig.origin({ kept: '' })]
  const origin = rig.origin()
  nameSubmodules(origin, { path: 'left', url: urlOf(left), commit: headOf(left) })
  const repository = await rig.repository(urlOf(origin))
  const first = await rig.session(repository)
  const [gone] = submodulesOf(first)
  if (gone === undefined) throw new Error('it has none')
  const other = rig.origin()
  nameSubmodules(other, { path: 'kept', url: urlOf(kept), commit: headOf(kept) })
  const session = await rig.session(await rig.repository(urlOf(other)))
  await giveBack(rig, first.id)
  const nobodys = rig.files.submodulesOf(repositoryId.create())

  const later = async (ms: number) => {
    await rig.stop()
    ahead += ms
    mkdirSync(nobodys, { recursive: true })
    await rig.start()
    // Looked at as a whole each time, in the order of names.
    await until('that of nobody is gone', () => !existsSync(nobodys))
  }
  const mirror = rig.files.submodule(repository.id, gone.mirror)
  await later(6 * day)
  t.ok(existsSync(mirror))
  await later(2 * day)
  await until('what no session has is gone', () => !existsSync(mirror))
  t.equal(readdirSync(rig.files.submodulesOf(session.repository_id)).length, 1, 'what a session has stays')
  t.match(await rig.session(repository), { status: 'running', failure_json: null }, 'and is fetched again')
})
