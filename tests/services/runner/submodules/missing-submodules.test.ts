import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import type { Socket } from 'node:net'
import t from 'tap'
import { lookUpRepository, requestRepositoryRemoval } from '../../../../services/store/repositories.ts'
import { requestRemoval } from '../../../../services/store/session-transitions.ts'
import { getSession } from '../../../../services/store/sessions.ts'
import { until } from '../../../until.ts'
import { silentServer } from '../git-daemon.ts'
import { giveBack } from '../worktrees/pool-rig.ts'
import { headOf, nameSubmodules, servedRig } from './submodule-rig.ts'

t.setTimeout(200_000)

t.test('one that cannot be had is named, with what to do, and nothing is left', async t => {
  const { rig, urlOf, daemon } = await servedRig(t)
  const inner = rig.origin()
  const origin = rig.origin()
  nameSubmodules(
    origin,
    { path: 'one', url: urlOf(inner), commit: headOf(inner) },
    { path: 'two', url: `${daemon.url}/missing`, commit: headOf(inner) },
  )
  const repository = await rig.repository(urlOf(origin))
  const session = await rig.session(repository)
  t.match(session, { status: 'failed', submodules_json: '[]' })
  const { reason, message } = JSON.parse(session.failure_json ?? '')
  t.equal(reason, 'submodule_unavailable')
  t.match(
    message,
    /^the submodule "two" \("git:\/\/127\.0\.0\.1:\d+\/missing"\): it could not be fetched: .*not registered.*submodules "none"/,
  )
  t.notOk(existsSync(rig.files.session(session.id)))
  t.equal(readdirSync(rig.files.submodulesOf(repository.id)).length, 1, 'nothing of it')
  t.match(await rig.session(repository, { submodules: 'none' }), { status: 'running' })
  const gone = rig.origin()
  nameSubmodules(gone, { path: 'x', url: urlOf(inner), commit: '1'.repeat(40) })
  t.match(await rig.session(await rig.repository(urlOf(gone))), {
    failure_json: /submodule_unavailable.*has no commit 1111/,
  })
})

t.test('with its repository its submodules’ mirrors go', async t => {
  const { rig, urlOf } = await servedRig(t)
  const inner = rig.origin()
  const origin = rig.origin()
  nameSubmodules(origin, { path: 'inner', url: urlOf(inner), commit: headOf(inner) })
  const repository = await rig.repository(urlOf(origin))
  await giveBack(rig, (await rig.session(repository)).id)
  t.equal(await requestRepositoryRemoval(rig.store, repository.id), 0)
  rig.wake()
  await until('it is gone', async () => (await lookUpRepository(rig.store, repository.id)) === undefined)
  t.same(readdirSync(rig.files.submodules), [])
})

t.test('a fetch for a session that is deleted meanwhile is ended', async t => {
  const { rig, urlOf } = await servedRig(t)
  const silent = await silentServer(t)
  const origin = rig.origin()
  const url = `git://127.0.0.1:${silent.port}/inner`
  nameSubmodules(origin, { path: 'inner', url, commit: headOf(origin) })
  const repository = await rig.repository(urlOf(origin))
  const asked = once(silent.server, 'connection') as Promise<[Socket]>
  const id = await rig.createSession(repository)
  const [connection] = await asked
  const left = once(connection, 'close')
  await requestRemoval(rig.store, id, rig.now())
  rig.wake()
  await left
  await until('it is gone', async () => (await getSession(rig.store, id)) === undefined)
  await until('nothing is left of it', () => readdirSync(rig.files.submodulesOf(repository.id)).length === 0)
})
