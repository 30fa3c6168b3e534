import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { resumeSession } from '../../../../services/store/resume-session.ts'
import { submodulesOf } from '../../../../services/store/rows.ts'
import { moveSession } from '../../../../services/store/session-transitions.ts'
import { getSession } from '../../../../services/store/sessions.ts'
import { until } from '../../../until.ts'
import { commit, git } from '../rig.ts'
import { headOf, nameSubmodules, servedRig, statusOf } from './submodule-rig.ts'

t.setTimeout(200_000)

t.test('a session has its submodules and theirs, as git itself has them', async t => {
  const { rig, urlOf } = await servedRig(t)
  const leaf = rig.origin({ 'leaf.txt': 'leaf\n' })
  const inner = rig.origin({ 'inner.txt': 'inner\n' })
  nameSubmodules(inner, { path: 'deep/leaf', url: `../${leaf.split('/').at(-1)}`, commit: headOf(leaf) })
  const recorded = headOf(inner)
  commit(inner, { 'inner.txt': 'later\n' })
  const origin = rig.origin()
  nameSubmodules(origin, { path: 'libs/inner', name: 'an "odd" name', url: urlOf(inner), commit: recorded })
  const repository = await rig.repository(urlOf(origin))
  const session = await rig.session(repository)
  t.match(session, { status: 'running', failure_json: null })
  t.match(submodulesOf(session), [
    { path: 'libs/inner', url: urlOf(inner), commit: recorded },
    { path: 'libs/inner/deep/leaf', url: urlOf(leaf), commit: headOf(leaf) },
  ])
  t.equal(
    rig.stdout(await rig.run(session, 'cat libs/inner/inner.txt libs/inner/deep/leaf/leaf.txt')),
    'inner\nleaf\n',
  )
  const status = await statusOf(rig, session)
  t.match(status, new RegExp(`^ ${recorded} libs/inner .*\n ${headOf(leaf)} libs/inner/deep/leaf .*\n$`))
  const log = await rig.run(
    session,
    'cd libs/inner && git log --oneline | wc -l && git branch -r && git fsck --full',
  )
  t.match(log, { status: 'succeeded' })
  t.match(rig.stdout(log), /^2\n +origin\/main\n/)

  await t.test('works in it as in a clone', async t => {
    const work = await rig.run(
      session,
      `set -e; cd libs/inner; git config user.name T; git config user.email t@localhost
      echo mine > inner.txt; git commit -q -a -m mine; cd ../..
      git status --porcelain; git diff --submodule=log | grep mine; git submodule update --force --recursive -q
      git submodule deinit -q --force --all; git submodule update --init --recursive -q; git status --porcelain`,
    )
    t.equal(rig.stderr(work), '')
    t.equal(rig.stdout(work), ' M libs/inner\n  > mine\n')
    t.match(work, { status: 'succeeded' })
  })

  await t.test('shares its mirrors with other sessions, and with no other repository', async t => {
    const mirrors = readdirSync(rig.files.submodulesOf(repository.id))
    t.equal(mirrors.length, 2)
    const another = await rig.session(repository)
    t.equal(await statusOf(rig, another), status, 'and sees nothing of what the first one did')
    t.same(readdirSync(rig.files.submodulesOf(repository.id)), mirrors)
    await rig.session(await rig.repository(urlOf(origin)))
    t.equal(readdirSync(rig.files.submodules).length, 2)
  })

  await t.test('has those at the top alone, or none, where that is what it asks for', async t => {
    const top = await rig.session(repository, { submodules: 'top' })
    t.match(submodulesOf(top), [{ path: 'libs/inner' }])
    t.same(readdirSync(join(rig.files.worktree(top.id), 'libs/inner/deep/leaf')), [])
    const none = await rig.session(repository, { submodules: 'none' })
    t.same(submodulesOf(none), [])
    t.same(readdirSync(join(rig.files.worktree(none.id), 'libs/inner')), [])
  })

  await t.test('goes on after a stop, also where a mirror is gone', async t => {
    rmSync(rig.files.submodulesOf(repository.id), { recursive: true })
    await moveSession(rig.store, session.id, 'stopping', { now: rig.now() })
    rig.wake()
    await until('stopped', async () => (await getSession(rig.store, session.id))?.status === 'stopped')
    await resumeSession(rig.store, session.id, 1_000, rig.now())
    rig.wake()
    t.match(await rig.settled(session.id), { status: 'running', failure_json: null })
    t.match(await rig.run(session, 'git submodule foreach --recursive git fsck --full'), {
      status: 'succeeded',
    })
  })
})

t.test('a commit that no branch holds is fetched by its id, and one that came later by a fetch', async t => {
  const { rig, urlOf } = await servedRig(t)
  const inner = rig.origin()
  const lost = commit(inner, { 'README.md': 'lost\n' })
  git(inner, 'reset', '--quiet', '--hard', 'HEAD~1')
  const origin = rig.origin()
  nameSubmodules(origin, { path: 'inner', url: urlOf(inner), commit: lost })
  const repository = await rig.repository(urlOf(origin))
  const first = await rig.session(repository)
  t.match(first, { status: 'running', failure_json: null })
  t.equal(rig.stdout(await rig.run(first, 'cat inner/README.md')), 'lost\n')
  const next = commit(inner, { 'README.md': 'next\n' })
  git(origin, 'update-index', '--cacheinfo', `160000,${next},inner`)
  git(origin, 'commit', '--quiet', '--message', 'Move it')
  const second = await rig.session(repository)
  t.equal(rig.stdout(await rig.run(second, 'cat inner/README.md')), 'next\n')
})
