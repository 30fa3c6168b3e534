import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { applyPatch, mergePatch } from '../../../../services/runner/git/apply-patch.ts'
import { Git } from '../../../../services/runner/git/git.ts'
import { startHere } from '../../../../services/runner/spawning/start-here.ts'
import type { StartOnce } from '../../../../services/runner/spawning/started-process.ts'
import { commit, git } from '../rig.ts'

t.test(
  'a patch is applied once, also where whoever starts git does not live to tell how it ended',
  async t => {
    const worktree = t.testdir({})
    git(worktree, 'init', '--quiet')
    commit(worktree, { file: 'before\n' })
    writeFileSync(join(worktree, 'file'), 'after\n')
    const patchFile = join(worktree, '.git', 'patch')
    writeFileSync(patchFile, `${git(worktree, 'diff')}\n`)
    const at = { worktree, patchFile, index: join(worktree, '.git', 'earlier-index') }
    copyFileSync(join(worktree, '.git', 'index'), at.index)
    const start: StartOnce = async request => {
      const { pid, ended } = await startHere(request)
      await ended
      return { pid, ended: Promise.resolve('untold') }
    }
    const surroundings = { path: process.env.PATH ?? '', inherit: {}, configuration: [] }
    const quick = { start, scratch: join(worktree, '.git', 'scratch') }
    await using quickGit = new Git(surroundings, undefined, undefined, quick)
    // Nobody else keeps the test going while it waits for one that was started so.
    const waiting = setInterval(() => undefined, 1_000)
    t.teardown(() => clearInterval(waiting))
    for (const put of [applyPatch, mergePatch]) {
      git(worktree, 'reset', '--quiet', '--hard')
      t.same(await put(quickGit, at, new AbortController().signal), { applied: true })
      t.equal(readFileSync(join(worktree, 'file'), 'utf8'), 'after\n')
    }
  },
)
