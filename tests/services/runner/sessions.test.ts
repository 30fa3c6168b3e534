import { existsSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { moveSession } from '../../../services/store/session-transitions.ts'
import { getSession } from '../../../services/store/sessions.ts'
import { until } from '../../until.ts'
import { silentServer } from './git-daemon.ts'
import { commit, git, runnerRig } from './rig.ts'

t.setTimeout(240_000)

t.test('which commit a session gets', async t => {
  const rig = await runnerRig(t)
  const origin = rig.origin()
  const first = git(origin, 'rev-parse', 'HEAD')
  git(origin, 'tag', '--annotate', '--message', 'one', 'v1')
  git(origin, 'tag', 'light')
  const second = commit(origin, { 'README.md': 'second\n' })
  git(origin, 'branch', 'topic/with-slash', first)
  git(origin, 'branch', '2024', first)
  git(origin, 'branch', 'both', first)
  git(origin, 'tag', 'both', second)
  const repository = await rig.repository(origin)
  const cases: [name: string, revision: string | null, expected: string][] = [
    ['the default branch', null, second],
    ['HEAD', 'HEAD', second],
    ['a branch', 'topic/with-slash', first],
    ['a branch of digits', '2024', first],
    ['a whole name of a branch', 'refs/heads/main', second],
    ['an annotated tag', 'v1', first],
    ['a light tag', 'light', first],
    ['a branch before a tag', 'both', first],
    ['a commit id', first, first],
    ['a commit id in capitals', first.toUpperCase(), first],
    ['an abbreviated id', first.slice(0, 8), first],
  ]
  for (const [name, revision, expected] of cases)
    await t.test(name, async t => {
      const session = await rig.session(repository, { revision })
      t.match(session, { status: 'running', commit_id: expected })
      t.equal(git(rig.files.worktree(session.id), 'rev-parse', 'HEAD'), expected)
      t.equal(git(rig.files.worktree(session.id), 'status', '--porcelain'), '')
    })

  await t.test('a commit made since the last fetch, by id, and one that no branch holds', async t => {
    const fresh = commit(origin, { fresh: '' })
    t.match(await rig.session(repository, { revision: fresh }), { status: 'running', commit_id: fresh })
    git(origin, 'reset', '--quiet', '--hard', 'HEAD~1')
    const hidden = commit(origin, { hidden: '' })
    git(origin, 'reset', '--quiet', '--hard', 'HEAD~1')
    t.match(await rig.session(repository, { revision: hidden }), { status: 'running', commit_id: hidden })
  })

  const bad: [name: string, revision: string][] = [
    ['an unknown branch', 'no-such-branch'],
    ['an unknown id', '0123456789abcdef0123456789abcdef01234567'],
    ['an unknown abbreviation', 'ffffffff'],
    ['one that begins with a hyphen', '-x'],
    ['one that would be an option', '--upload-pack=touch ran'],
    ['a line end', 'main\nmain'],
    ['an expression', 'main~0'],
    ['a tree', `${first}^{tree}`],
  ]
  for (const [name, revision] of bad)
    await t.test(`fails, naming it: ${name}`, async t => {
      const session = await rig.session(repository, { revision })
      t.match(session, { status: 'failed', commit_id: null })
      const failure = JSON.parse(session.failure_json ?? '{}')
      t.equal(failure.reason, 'commit_not_found')
      t.ok(failure.message.includes(revision), failure.message)
      t.equal(/give the whole id/.test(failure.message), revision === 'ffffffff')
      t.notOk(existsSync(rig.files.session(session.id)))
      t.notMatch(git(rig.files.mirror(repository.id), 'for-each-ref'), session.id)
    })
})

t.test('what a session works in', async t => {
  const rig = await runnerRig(t)
  const origin = rig.origin()
  git(origin, 'branch', 'other')
  const repository = await rig.repository(origin)
  const one = await rig.session(repository)
  const two = await rig.session(repository)
  t.equal(statSync(rig.files.session(one.id)).mode & 0o777, 0o700)

  await t.test('looks like a clone', async t => {
    const row = await rig.run(one, 'git remote get-url origin; git branch -r; git status --short --branch')
    t.same(rig.stdout(row).split('\n'), [
      origin,
      '  origin/HEAD -> origin/main',
      '  origin/main',
      '  origin/other',
      '## HEAD (no branch)',
      '',
    ])
    t.equal(rig.stderr(row), '')
    const fsck = await rig.run(one, ['git', 'fsck', '--full'])
    t.match(fsck, { status: 'succeeded' })
  })

  await t.test('keeps its commits, branches, stashes and settings from other sessions', async t => {
    const line = [
      'git config user.name A && git config user.email a@localhost',
      'git checkout -q -b mine && echo more >> README.md && git commit -q -a -m more',
      'echo again >> README.md && git stash -q && git gc -q',
    ].join(' && ')
    t.match(await rig.run(one, line), { status: 'succeeded' })
    const row = await rig.run(
      two,
      'git branch -a | grep mine; git stash list; git config user.name; cat README.md',
    )
    t.equal(rig.stdout(row), 'hello\n')
  })
})

t.test('a session that waits for a remote can be stopped at once', async t => {
  const rig = await runnerRig(t)
  const { port } = await silentServer(t)
  void rig.repository(`git://127.0.0.1:${port}/x`).catch(() => undefined)
  const { repositories } = await until('the row', async () => {
    const found = await rig.store.read(db => db.selectFrom('repositories').selectAll().execute())
    return found.length > 0 ? { repositories: found } : undefined
  })
  const [repository] = repositories
  if (repository === undefined) throw new Error('none')
  const id = await rig.createSession(repository)
  await until('starting', async () => (await getSession(rig.store, id))?.status === 'starting')
  await moveSession(rig.store, id, 'stopping', { now: rig.now() })
  rig.wake()
  await until('stopped', async () => (await getSession(rig.store, id))?.status === 'stopped')
  t.notOk(existsSync(rig.files.session(id)))
  const began = performance.now()
  await rig.stop()
  t.ok(performance.now() - began < 5_000, 'and the runner ends without waiting for it')
})

t.test('a worktree that cannot be made fails the session', async t => {
  const rig = await runnerRig(t)
  const repository = await rig.repository()
  const mirror = rig.files.mirror(repository.id)
  const blob = git(mirror, 'rev-parse', 'main:README.md')
  rmSync(join(mirror, 'objects', blob.slice(0, 2), blob.slice(2)))
  const session = await rig.session(repository)
  t.match(session, { status: 'failed', failure_json: /worktree_failed.*README\.md/ })
  t.notMatch(session.failure_json, rig.root, 'without a path of the server')
  t.notOk(existsSync(rig.files.session(session.id)))
})

t.test('a mirror that has lost everything is filled again', async t => {
  const rig = await runnerRig(t)
  const repository = await rig.repository()
  rmSync(rig.files.mirror(repository.id), { recursive: true })
  t.match(await rig.session(repository), { status: 'running' })
})
