import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { allWorktrees } from '../../../../services/store/worktrees.ts'
import { until } from '../../../until.ts'
import { commit, git, runnerRig } from '../rig.ts'
import { contentsOf, freshClone, giveBack } from './pool-rig.ts'

t.setTimeout(240_000)

t.test('a worktree that a session has left is the next one’s, without anything of the first', async t => {
  const rig = await runnerRig(t)
  const repository = await rig.repository({ 'a.txt': 'a\n', 'dir/b.txt': 'b\n', '.gitignore': 'ignored\n' })
  const first = await rig.session(repository)
  t.match(first, { status: 'running' })
  const [leased] = await allWorktrees(rig.store)
  t.match(leased, { status: 'leased', session_id: first.id, commit_id: first.commit_id })
  await rig.run(first, 'echo x > a.txt; rm dir/b.txt; mkdir ignored new; touch ignored/i new/n; git add new')
  await giveBack(rig, first.id)
  const [warm] = await allWorktrees(rig.store)
  t.match(warm, { id: leased?.id, status: 'warm', session_id: null, runner_token: null })
  t.ok(Number(warm?.bytes) > 0)

  const next = commit(repository.directory, { 'dir/c.txt': 'c\n' })
  const second = await rig.session(repository, { revision: 'main' })
  t.match(second, { status: 'running', commit_id: next })
  t.match(await allWorktrees(rig.store), [{ id: leased?.id, status: 'leased', session_id: second.id }])
  const place = rig.files.worktree(second.id)
  t.equal(git(place, 'status', '--porcelain', '--ignored'), '')
  t.equal(git(place, 'rev-parse', 'HEAD'), next)
  t.equal(contentsOf(place), freshClone(rig, repository.directory, next))
})

t.test('what attributes say of how files are written holds in a warm worktree as in a new one', async t => {
  const rig = await runnerRig(t)
  const repository = await rig.repository({ 'a.txt': 'a\nb\n', 'b.bin': 'x\n' })
  await giveBack(rig, (await rig.session(repository)).id)
  const next = commit(repository.directory, { '.gitattributes': '*.txt eol=crlf\n' })
  const { id } = await rig.session(repository)
  const place = rig.files.worktree(id)
  t.equal(readFileSync(join(place, 'a.txt'), 'utf8'), 'a\r\nb\r\n')
  t.equal(contentsOf(place), freshClone(rig, repository.directory, next))
  t.equal((await allWorktrees(rig.store)).length, 1)
})

t.test('sessions that want a worktree at once have one each', async t => {
  const rig = await runnerRig(t)
  const repository = await rig.repository({ 'a.txt': 'a\n' })
  const revision = git(repository.directory, 'rev-parse', 'HEAD')
  await giveBack(rig, (await rig.session(repository, { revision })).id)
  const wanted = Array.from({ length: 6 }, () => rig.createSession(repository, { revision }))
  for (const id of await Promise.all(wanted)) t.match(await rig.settled(id), { status: 'running' })
  const rows = await allWorktrees(rig.store)
  t.equal(rows.length, 6)
  t.equal(new Set(rows.map(({ session_id }) => session_id)).size, 6)
})

t.test('the directory of a submodule is empty again', async t => {
  const rig = await runnerRig(t)
  const origin = rig.origin({ 'a.txt': 'a\n' })
  git(origin, 'update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},below/module`)
  git(origin, 'commit', '--quiet', '--message', 'Add a submodule')
  const repository = await rig.repository(origin)
  const first = await rig.session(repository)
  t.match(
    await rig.run(first, 'cd below/module && git init -q && touch file && git add file && chmod 2777 .'),
    { exit_code: 0 },
  )
  await giveBack(rig, first.id)
  const { id } = await rig.session(repository)
  t.match(await allWorktrees(rig.store), [{ session_id: id }])
  t.equal(contentsOf(rig.files.worktree(id)), freshClone(rig, origin, 'main'))
  t.equal(git(rig.files.worktree(id), 'status', '--porcelain', '--ignored'), '')
})

t.test('while a session’s worktree is made it has a name of that attempt alone', async t => {
  const rig = await runnerRig(t)
  const repository = await rig.repository({ a: 'a\n' })
  await giveBack(rig, (await rig.session(repository)).id)
  const [warm] = await allWorktrees(rig.store)
  if (warm === undefined) throw new Error('nothing is warm')
  const pooled = rig.files.pooled(warm.id)
  // It is waited for: only then the worktree goes to the session.
  const patch = 'diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-a\n+b\n'
  const id = await rig.createSession(repository, { patch })
  const file = rig.files.patch(createHash('sha256').update(patch).digest('hex'))
  rmSync(file)
  const names = await until('its repository is made', () => {
    const names = readdirSync(pooled)
    return names.some(name => existsSync(join(pooled, name, '.git', 'HEAD'))) ? names : undefined
  })
  writeFileSync(file, patch)
  t.match(names.sort(), [/^attempt-[0-9a-f]{12}$/, 'index'])
  t.match(await rig.settled(id), { status: 'running' })
  t.equal(readFileSync(join(rig.files.worktree(id), 'a'), 'utf8'), 'b\n')
})
