import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { allWorktrees } from '../../../../services/store/worktrees.ts'
import { commit, git } from '../rig.ts'
import { contentsOf, giveBack } from '../worktrees/pool-rig.ts'
import { headOf, nameSubmodules, servedRig, statusOf } from './submodule-rig.ts'

t.setTimeout(200_000)

t.test('what a session leaves in its submodules, no other one gets', async t => {
  const { rig, urlOf } = await servedRig(t)
  const inner = rig.origin({ 'inner.txt': 'inner\n' })
  const origin = rig.origin()
  nameSubmodules(origin, { path: 'inner', url: urlOf(inner), commit: headOf(inner) })
  const repository = await rig.repository(urlOf(origin))
  const first = await rig.session(repository)
  const expected = contentsOf(rig.files.worktree(first.id))
  const planted = await rig.run(
    first,
    `set -e; git -C inner config core.fsmonitor 'touch ../ran'; echo x > inner/x; git init -q inner/nested
    echo '#!/bin/sh' > .git/modules/inner/hooks-post-checkout; mkdir .git/modules/inner/hooks
    printf '#!/bin/sh\\ntouch ran\\n' > .git/modules/inner/hooks/post-checkout; chmod +x .git/modules/inner/hooks/post-checkout
    rm inner/.git; ln -s /etc inner/.git`,
  )
  t.match(planted, { status: 'succeeded' })
  await giveBack(rig, first.id)
  const [warm] = await allWorktrees(rig.store)
  t.match(warm, { status: 'warm' })
  t.same(warm && readdirSync(join(rig.files.checkout(warm.id), 'inner')), [], 'they are not kept warm')
  const second = await rig.session(repository)
  t.match(await allWorktrees(rig.store), [{ session_id: second.id, id: warm?.id }])
  t.equal(contentsOf(rig.files.worktree(second.id)), expected)
  t.notOk(existsSync(join(rig.files.worktree(second.id), '.git/modules/inner/hooks')))
  t.match(await statusOf(rig, second), /^ [0-9a-f]{40} inner \(\S+\)\n$/)
})

t.test('a patch changes files of the repository itself alone', async t => {
  const { rig, urlOf } = await servedRig(t)
  const inner = rig.origin({ 'inner.txt': 'inner\n' })
  const origin = rig.origin({ 'a.txt': 'a\n' })
  nameSubmodules(origin, { path: 'inner', url: urlOf(inner), commit: headOf(inner) })
  const repository = await rig.repository(urlOf(origin))
  const add = (path: string) => `--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+new\n`
  const refused = await rig.session(repository, { patch: add('inner/new') })
  t.match(refused, { status: 'failed', failure_json: /patch_rejected.*changes the submodule .*inner/ })
  t.notOk(existsSync(rig.files.session(refused.id)))
  const change = '--- a/inner/inner.txt\n+++ b/inner/inner.txt\n@@ -1 +1 @@\n-inner\n+outer\n'
  t.match(await rig.session(repository, { patch: change }), {
    status: 'failed',
    failure_json: /patch_rejected/,
  })
  const outside = `deleted file mode 160000\nindex ${headOf(inner)}..${'0'.repeat(40)}\n--- a/inner\n+++ /dev/null\n@@ -1 +0,0 @@\n-Subproject commit ${headOf(inner)}\n`
  const link = `diff --git a/inner b/inner\nnew file mode 120000\n--- /dev/null\n+++ b/inner\n@@ -0,0 +1 @@\n+${rig.root}\n\\ No newline at end of file\n`
  const led = await rig.session(repository, { patch: `diff --git a/inner b/inner\n${outside}${link}` })
  t.match(led, { status: 'failed', failure_json: /patch_rejected/ })
  const next = commit(inner, { 'inner.txt': 'next\n' })
  const moved = rig.origin()
  git(moved, 'fetch', '--quiet', origin)
  git(moved, 'reset', '--quiet', '--hard', 'FETCH_HEAD')
  git(moved, 'update-index', '--cacheinfo', `160000,${next},inner`)
  const move = `${git(moved, 'diff', '--cached')}\n`
  for (const three_way of [false, true])
    t.match(await rig.session(repository, { patch: move, three_way }), {
      status: 'failed',
      failure_json: /patch_rejected.*changes the submodule .*inner.*ignore-submodules/,
    })
  const unsaid = [
    '--- a/inner\n+++ b/inner\n',
    '@@ -1 +1 @@\n-Subproject commit 1\n+Subproject commit 2\n',
  ].join('')
  const away = 'diff --git a/inner b/away\nsimilarity index 100%\nrename from inner\nrename to away\n'
  for (const patch of [unsaid, away])
    t.match(
      await rig.session(repository, { patch }),
      { status: 'failed', failure_json: /patch_rejected.*changes the submodule .*inner/ },
      'without git’s lines that say what it is',
    )
  t.match(await rig.session(repository, { patch: move, submodules: 'none' }), { status: 'running' })
  const session = await rig.session(repository, { patch: add('new') })
  t.match(session, { status: 'running', failure_json: null })
  t.equal(rig.stdout(await rig.run(session, 'cat new inner/inner.txt')), 'new\ninner\n')
})
