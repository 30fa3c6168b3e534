import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { getRepository } from '../../../services/store/repositories.ts'
import { freePort, gitDaemon, silentServer } from './git-daemon.ts'
import { commit, git, runnerRig } from './rig.ts'

t.setTimeout(240_000)

t.test('the mirror of a repository', async t => {
  const rig = await runnerRig(t)
  const origin = rig.origin()
  git(origin, 'branch', 'other')
  git(origin, 'tag', 'v1')
  const repository = await rig.repository(origin)
  t.match(repository, { status: 'ready', default_branch: 'main', failure_json: null })
  t.ok(repository.fetched_at)
  const mirror = rig.files.mirror(repository.id)
  t.equal(git(mirror, 'rev-parse', '--is-bare-repository'), 'true')
  t.match(git(mirror, 'config', '--get-all', 'remote.origin.fetch'), '+refs/heads/*:refs/heads/*')
  t.same(readdirSync(join(mirror, '..')), [`${repository.id}.git`], 'nothing else lies there')

  await t.test('has branches move, come and go like those of its remote', async t => {
    const moved = commit(origin, { 'README.md': 'moved\n' })
    git(origin, 'branch', '-D', 'other')
    git(origin, 'tag', '-d', 'v1')
    // A directory where a branch was: only possible when that is pruned first.
    git(origin, 'branch', 'other/one')
    t.match(await rig.session(repository), { status: 'running', commit_id: moved })
    const refs = git(mirror, 'for-each-ref', '--format=%(refname)', 'refs/heads', 'refs/tags')
    t.same(refs.split('\n'), ['refs/heads/main', 'refs/heads/other/one'])
    git(origin, 'commit', '--quiet', '--amend', '--message', 'rewritten')
    const rewritten = git(origin, 'rev-parse', 'HEAD')
    t.match(await rig.session(repository), { status: 'running', commit_id: rewritten })
  })

  await t.test('is fetched by sessions that check out its branches themselves', async t => {
    const session = await rig.session(repository)
    t.match(await rig.run(session, 'git checkout -q main && git checkout -q -b mine'), {
      status: 'succeeded',
    })
    const next = commit(origin, { 'README.md': 'again\n' })
    t.match(await rig.session(repository), { status: 'running', commit_id: next })
    t.match(await getRepository(rig.store, repository.id), { status: 'ready', failure_json: null })
    t.notMatch(git(mirror, 'for-each-ref'), 'mine', 'and what they make there stays with them')
  })
})

t.test('repositories over the network', async t => {
  const rig = await runnerRig(t)
  const origin = rig.origin()
  const daemon = await gitDaemon(t, rig.root)
  const url = `${daemon.url}/${origin.split('/').at(-1)}`
  const repository = await rig.repository(url)
  t.match(repository, { status: 'ready', default_branch: 'main' })
  const first = git(origin, 'rev-parse', 'HEAD')

  await t.test('one that is not there', async t => {
    const missing = await rig.repository(`${daemon.url}/missing`)
    t.match(missing, { status: 'failed', failure_json: /not_a_repository/ })
  })

  await t.test('when it cannot be reached any more, an older mirror still serves', async t => {
    await daemon.stop()
    t.match(await rig.session(repository, { revision: 'main' }), { status: 'running', commit_id: first })
    t.match(await getRepository(rig.store, repository.id), { status: 'failed', failure_json: /unreachable/ })
    const unknown = await rig.session(repository, { revision: 'new-branch' })
    t.match(unknown, { status: 'failed', failure_json: /repository_unavailable.*could not be fetched/ })
  })

  await t.test('a port where nobody listens', async t => {
    const failed = await rig.repository(`git://127.0.0.1:${await freePort()}/x`)
    t.match(failed, { status: 'failed', failure_json: /unreachable.*[Cc]onnection refused/ })
    t.notOk(existsSync(rig.files.mirror(failed.id)))
    const session = await rig.session(failed)
    t.match(session, { status: 'failed', failure_json: /repository_unavailable/ })
  })
})

t.test('a remote that accepts and says nothing holds up nobody else', async t => {
  const rig = await runnerRig(t, { git: { limits: { silenceMs: 1_500 } } })
  const { port } = await silentServer(t)
  const silent = rig.repository(`git://127.0.0.1:${port}/x`)
  const session = await rig.session(await rig.repository())
  t.match(await rig.run(session, ['true']), { status: 'succeeded' })
  t.match(await silent, { status: 'failed', failure_json: /timed_out/ })
})

t.test('repositories that cannot be mirrored say why', async t => {
  const rig = await runnerRig(t)
  const empty = join(rig.root, 'empty')
  mkdirSync(empty)
  git(empty, 'init', '--quiet')
  const folder = join(rig.root, 'folder')
  mkdirSync(folder)
  writeFileSync(join(folder, 'file'), '')
  const cases: [name: string, url: string, failure: RegExp][] = [
    ['an empty one', empty, /"empty"/],
    ['a directory that is none', folder, /not_a_repository/],
    ['a path where there is nothing', join(rig.root, 'nothing'), /not_a_repository/],
    [
      'an ext:: address',
      `ext::sh -c touch% ${join(rig.root, 'ran')}`,
      /unreachable.*neither https, ssh nor git/,
    ],
    ['an fd:: address', 'fd::7', /neither https/],
    ['a file:// address', `file://${empty}`, /neither https/],
    ['an address like an option', `--upload-pack=touch ${join(rig.root, 'ran')}`, /neither https/],
  ]
  for (const [name, url, failure] of cases)
    await t.test(name, async t => {
      const repository = await rig.repository(url)
      t.match(repository, { status: 'failed', failure_json: failure, default_branch: null })
      t.notOk(existsSync(rig.files.mirror(repository.id)), 'no half of a mirror')
      t.match(await rig.session(repository), { status: 'failed', failure_json: /repository_unavailable/ })
    })
  t.notOk(existsSync(join(rig.root, 'ran')))

  await t.test('and serve as soon as they can', async t => {
    const repository = await rig.repository(empty)
    const first = commit(empty, { a: 'a' })
    t.match(await rig.session(repository), { status: 'running', commit_id: first })
    t.match(await getRepository(rig.store, repository.id), { status: 'ready', default_branch: 'main' })
  })
})

t.test('unusual repositories', async t => {
  const rig = await runnerRig(t, { git: { environment: { GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' } } })
  await t.test('of another user', async t => {
    const repository = await rig.repository()
    t.match(repository, { status: 'ready', default_branch: 'main' })
    t.match(await rig.session(repository), { status: 'running' })
  })
  await t.test('with a detached HEAD: its commit is the default', async t => {
    const origin = rig.origin()
    git(origin, 'checkout', '--quiet', '--detach')
    const detached = commit(origin, { 'README.md': 'detached\n' })
    const repository = await rig.repository(origin)
    t.match(repository, { status: 'ready', default_branch: null })
    t.match(await rig.session(repository), { status: 'running', commit_id: detached })
    const named = await rig.repository(origin, 'main')
    t.match(await rig.session(named), { status: 'running', commit_id: git(origin, 'rev-parse', 'main') })
  })
  await t.test('whose HEAD names a branch that is not there', async t => {
    const origin = rig.origin()
    git(origin, 'symbolic-ref', 'HEAD', 'refs/heads/none')
    const repository = await rig.repository(origin)
    t.match(repository, { status: 'ready', default_branch: null })
    t.match(await rig.session(repository), {
      status: 'failed',
      failure_json: /commit_not_found.*no default branch/,
    })
    t.match(await rig.session(repository, { revision: 'main' }), { status: 'running' })
  })
  await t.test('of limited depth', async t => {
    const origin = rig.origin()
    const last = commit(origin, { 'README.md': 'second\n' })
    git(rig.root, 'clone', '--quiet', '--depth=1', `file://${origin}`, 'shallow')
    const repository = await rig.repository(join(rig.root, 'shallow'))
    const session = await rig.session(repository)
    t.match(session, { status: 'running', commit_id: last })
    t.match(await rig.run(session, 'git log --oneline | wc -l | grep -x "1"'), { status: 'succeeded' })
  })
})
