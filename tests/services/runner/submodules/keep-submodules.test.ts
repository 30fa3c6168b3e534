import { existsSync, mkdirSync, readdirSync, utimesSync } from 'node:fs'
import t from 'tap'
import { systemClock } from '../../../../lib/clock.ts'
import { repositoryId } from '../../../../services/contract/ids.ts'
import type { Mirrors } from '../../../../services/runner/git/mirrors.ts'
import { keepSubmodules } from '../../../../services/runner/submodules/keep-submodules.ts'
import { submodulesOf } from '../../../../services/store/rows.ts'
import { until } from '../../../until.ts'
import { runnerRig } from '../rig.ts'
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

t.test('of more than are kept those used last stay, and any that was used within a day', async t => {
  const { store, files, repository: register } = await runnerRig(t)
  const { id } = await register()
  const now = Date.now()
  const usedDaysAgo = [0.5, 0.6, 2, 3, 4, 8]
  for (const days of usedDaysAgo) {
    const directory = files.submodule(id, `${days}`)
    mkdirSync(directory, { recursive: true })
    utimesSync(directory, new Date(), new Date(now - days * day))
  }
  const left = async (most?: number) => {
    const mirrors: Pick<Mirrors, 'alone'> = { alone: (_, work) => work() }
    const context = { store, files, mirrors, lease: { require: () => undefined } }
    await keepSubmodules(context, { now: () => now }, new AbortController().signal, most)
    return readdirSync(files.submodulesOf(id)).sort()
  }
  t.same(await left(), ['0.5.git', '0.6.git', '2.git', '3.git', '4.git'])
  t.same(await left(3), ['0.5.git', '0.6.git', '2.git'])
  t.same(await left(1), ['0.5.git', '0.6.git'])
})
