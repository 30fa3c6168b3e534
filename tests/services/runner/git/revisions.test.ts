import t from 'tap'
import { candidatesOf, parseResolution } from '../../../../services/runner/git/resolve-revision.ts'
import { asRemoteRefs, originSection } from '../../../../services/runner/git/session-repository.ts'

t.test('where a revision is looked up, in order', async t => {
  for (const [revision, branch, candidates] of [
    [null, 'main', ['refs/heads/main']],
    ['HEAD', 'main', ['refs/heads/main']],
    [null, null, ['refs/debug-server/head']],
    ['x', 'main', ['refs/heads/x', 'refs/tags/x']],
    ['beef', 'main', ['refs/heads/beef', 'refs/tags/beef', 'beef']],
    ['abc', 'main', ['refs/heads/abc', 'refs/tags/abc']],
    ['refs/tags/v1', 'main', ['refs/tags/v1', 'refs/heads/refs/tags/v1', 'refs/tags/refs/tags/v1']],
    ['refs/sessions/x', 'main', ['refs/heads/refs/sessions/x', 'refs/tags/refs/sessions/x']],
  ] as const)
    t.same(candidatesOf(revision, branch), candidates, String(revision))
})

t.test('the answers of cat-file', async t => {
  const candidates = ['refs/heads/beef', 'refs/tags/beef', 'beef']
  const id = 'b'.repeat(40)
  const missing = (name: string) =>
    `${name}^{commit} missing\n${name}^{commit}:.gitmodules missing\n${name}^{commit} missing\n`
  const plain = `${id} commit 200\nx^{commit}:.gitmodules missing\n${id} commit 200\n`
  const none = missing('refs/heads/beef') + missing('refs/tags/beef')
  t.same(parseResolution(candidates, `${plain}${missing('x')}${plain}`), {
    found: true,
    commit: id,
    by: 'ref',
    gitmodules: false,
  })
  t.match(parseResolution(candidates, none + plain), { commit: id, by: 'id' })
  for (const type of ['blob', 'tree'])
    t.match(parseResolution(candidates, `${id} commit 200\n${id} ${type} 7\n${id} commit 200\n`), {
      gitmodules: true,
    })
  const moved = `${id} commit 200\nx^{commit}:.gitmodules missing\n${'c'.repeat(40)} commit 200\n`
  t.match(
    parseResolution(candidates, moved),
    { commit: id, gitmodules: true },
    'which of them had none is not known',
  )
  t.same(parseResolution(candidates, none + missing('beef')), { found: false, reason: 'unknown' })
  t.same(parseResolution(candidates, none + missing('beef').replaceAll('missing', 'ambiguous')), {
    found: false,
    reason: 'ambiguous',
  })
  t.same(parseResolution(candidates, ''), { found: false, reason: 'unknown' })
})

t.test('refs of a mirror as a clone has them', async t => {
  t.equal(
    asRemoteRefs('aa refs/heads/main\nbb refs/heads/a/refs/heads/b\ncc refs/tags/v1\n'),
    'aa refs/remotes/origin/main\nbb refs/remotes/origin/a/refs/heads/b\ncc refs/tags/v1\n',
  )
  t.equal(
    originSection('/a "b"\\c'),
    '[remote "origin"]\n\turl = "/a \\"b\\"\\\\c"\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n',
  )
})
