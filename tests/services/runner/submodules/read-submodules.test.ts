import t from 'tap'
import type { Git, GitOutcome } from '../../../../services/runner/git/git.ts'
import { readSubmodules } from '../../../../services/runner/submodules/read-submodules.ts'

/** What is read where git has a `.gitmodules` to tell of, and its reading ends like this. */
const readWith = (told: GitOutcome) => {
  const listed = `100644 blob ${'a'.repeat(40)}      10\t.gitmodules\0`
  const run: Git['run'] = async args => (args.includes('ls-tree') ? { kind: 'done', stdout: listed } : told)
  const at = { mirror: '/mirror', commit: 'b'.repeat(40), most: 10 }
  return readSubmodules({ run }, at, new AbortController().signal)
}

t.test('only where git says that there are none there are none', async t => {
  t.same(await readWith({ kind: 'failed', code: 1, stderr: '' }), { ok: true, submodules: [] })
  for (const told of [
    { kind: 'failed', code: null, stderr: '' }, // killed
    { kind: 'failed', code: 128, stderr: '' },
    { kind: 'failed', code: 1, stderr: 'error: bad config' },
    { kind: 'timed_out', stderr: '' },
  ] as const)
    t.match(await readWith(told), { ok: false, message: /that git could read/ }, JSON.stringify(told))
})
