import { existsSync, renameSync } from 'node:fs'
import t from 'tap'
import {
  getRepository,
  lookUpRepository,
  requestRepositoryRemoval,
} from '../../../services/store/repositories.ts'
import { wantFetch } from '../../../services/store/repository-fetches.ts'
import { requestRemoval } from '../../../services/store/session-transitions.ts'
import { getSession } from '../../../services/store/sessions.ts'
import { until } from '../../until.ts'
import { commit, git, runnerRig } from './rig.ts'

t.setTimeout(240_000)

const tip = (directory: string, name: string): string | undefined => {
  try {
    return git(directory, 'rev-parse', '--verify', '--quiet', `refs/heads/${name}`)
  } catch {
    return undefined
  }
}

t.test('a repository that is fetched by itself', async t => {
  const rig = await runnerRig(t, { fetchEveryMs: 200 })
  const repository = await rig.repository()
  const { directory } = repository
  const mirror = rig.files.mirror(repository.id)
  const row = () => getRepository(rig.store, repository.id)

  await t.test('follows branches that move, are rewritten, made and deleted', async t => {
    const moved = commit(directory, { 'README.md': 'moved\n' })
    git(directory, 'branch', 'other')
    await until('it has moved', () => tip(mirror, 'main') === moved && tip(mirror, 'other') === moved)
    git(directory, 'commit', '--quiet', '--amend', '--message', 'rewritten')
    git(directory, 'branch', '-D', 'other')
    const rewritten = git(directory, 'rev-parse', 'HEAD')
    await until('it has been rewritten', () => tip(mirror, 'main') === rewritten)
    await until('it has been deleted', () => tip(mirror, 'other') === undefined)
    const { next_fetch_at, fetched_at } = await row()
    t.ok(Date.parse(`${next_fetch_at}`) > Date.parse(`${fetched_at}`))
  })

  await t.test('tells of a failure, and heals by itself', async t => {
    renameSync(directory, `${directory}-away`)
    const failed = await until('it fails', async () => {
      const now = await row()
      return now.status === 'failed' && now.failures > 1 ? now : undefined
    })
    t.match(failed, { failure_json: /not_a_repository/, failed_at: /^20/ })
    t.ok(failed.fetched_at, 'the last success is told still')
    const session = await rig.session(repository, { revision: 'main' })
    t.match(session, { status: 'running' }, 'and the mirror as it was serves')
    renameSync(`${directory}-away`, directory)
    await until('it heals', async () => (await row()).status === 'ready')
    t.match(await row(), { failure_json: null, failed_at: null, failures: 0 })
  })
})

t.test('a repository that is not fetched by itself', async t => {
  const rig = await runnerRig(t)
  const repository = await rig.repository()
  t.equal(repository.next_fetch_at, null)
  const mirror = rig.files.mirror(repository.id)
  const moved = commit(repository.directory, { 'README.md': 'moved\n' })

  await t.test('is fetched when somebody asks', async t => {
    t.not(tip(mirror, 'main'), moved)
    const wanted = await wantFetch(rig.store, repository.id, rig.now())
    rig.wake()
    await until('it is done', async () => {
      return (await getRepository(rig.store, repository.id)).fetches_done === wanted
    })
    t.equal(tip(mirror, 'main'), moved)
  })

  await t.test('is removed with its mirror', async t => {
    const session = await rig.session(repository)
    t.equal(await requestRepositoryRemoval(rig.store, repository.id), 1)
    await requestRemoval(rig.store, session.id, rig.now())
    rig.wake()
    await until('the session is gone', async () => (await getSession(rig.store, session.id)) === undefined)
    t.equal(await requestRepositoryRemoval(rig.store, repository.id), 0)
    rig.wake()
    await until('it is gone', async () => (await lookUpRepository(rig.store, repository.id)) === undefined)
    t.notOk(existsSync(mirror))
    t.match(await rig.repository(repository.directory), { status: 'ready' }, 'and may come back')
  })
})
