import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { worktreeOf } from '../../../services/store/worktrees.ts'
import { commit, git, runnerRig, type Tree, write } from './rig.ts'
import { atRest } from './worktrees/pool-rig.ts'

const lines = (change: (nth: number) => string = String) =>
  Array.from({ length: 9 }, (_, nth) => `${change(nth + 1)}\n`).join('')

t.test('a patch that does not fit is merged where that was asked for', async t => {
  const rig = await runnerRig(t)
  const origin = rig.origin({ 'src/text': lines(), 'other file': lines(), picture: Buffer.from([0, 1, 2]) })
  const diff = (files: Tree) => {
    write(origin, files)
    git(origin, 'add', '--all')
    const text = git(origin, 'diff', '--cached', '--binary')
    git(origin, 'reset', '--quiet', '--hard')
    return `${text}\n`
  }
  const merging = diff({ 'src/text': lines(nth => (nth === 3 ? 'patched' : String(nth))), added: 'new\n' })
  const conflicting = diff({
    'src/text': lines(nth => (nth === 5 ? 'theirs' : String(nth))),
    'other file': lines(nth => (nth === 5 ? 'theirs' : String(nth))),
    picture: Buffer.from([0, 9]),
    added: 'new\n',
  })
  // Line 5 is near enough to line 3 that the patch does not fit by itself.
  const changed = lines(nth => (nth === 5 ? 'ours' : String(nth)))
  commit(origin, { 'src/text': changed, 'other file': changed, picture: Buffer.from([0, 7]) })
  const repository = await rig.repository(origin)

  await t.test('and not otherwise', async t => {
    t.match(await rig.session(repository, { patch: merging }), {
      status: 'failed',
      failure_json: /patch_rejected/,
    })
  })

  await t.test('is in the worktree, and neither committed nor staged', async t => {
    const session = await rig.session(repository, { patch: merging, three_way: true })
    t.match(session, { status: 'running', failure_json: null })
    const place = rig.files.worktree(session.id)
    t.equal(
      readFileSync(join(place, 'src/text'), 'utf8'),
      lines(nth => ({ 3: 'patched', 5: 'ours' })[nth] ?? String(nth)),
    )
    t.equal(git(place, 'status', '--porcelain'), ' M src/text\n?? added')
  })

  await t.test('with conflicts that are named, and nothing is left of it', async t => {
    const session = await rig.session(repository, { patch: conflicting, three_way: true })
    t.equal(session.status, 'failed')
    t.same(JSON.parse(session.failure_json ?? ''), {
      reason: 'patch_rejected',
      message: 'the patch conflicts with what has changed since: other file, picture, src/text',
    })
    t.notOk(existsSync(rig.files.session(session.id)))
    await atRest(rig)
    const next = await rig.session(repository)
    t.ok(await worktreeOf(rig.store, next.id))
    t.equal(git(rig.files.worktree(next.id), 'status', '--porcelain', '--ignored'), '')
    t.equal(readFileSync(join(rig.files.worktree(next.id), 'src/text'), 'utf8'), changed)
  })

  await t.test('and one whose origin nobody knows is rejected as ever', async t => {
    const patch = '--- a/src/text\n+++ b/src/text\n@@ -1,2 +1,2 @@\n-nothing\n+like this\n that\n'
    t.match(await rig.session(repository, { patch, three_way: true }), {
      status: 'failed',
      failure_json: /patch_rejected.*src\/text, line 1/,
    })
  })
})
