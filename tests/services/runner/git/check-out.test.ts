import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { advanceCheckout, resetCheckout } from '../../../../services/runner/git/check-out.ts'
import { Git } from '../../../../services/runner/git/git.ts'
import { commit, git } from '../rig.ts'

t.test('attributes of one commit say nothing of how the files of another are written', async t => {
  const folder = t.testdir({ origin: {}, checkout: {} })
  const origin = join(folder, 'origin')
  git(origin, 'init', '--quiet')
  const from = commit(origin, {
    'other.txt': 'before\n',
    'sub/.gitattributes': '*.txt working-tree-encoding=latin1\n',
    'sub/text.txt': Buffer.from('\xe4', 'latin1'),
  })
  git(origin, 'rm', '--quiet', 'sub/.gitattributes')
  const to = commit(origin, { 'other.txt': 'after\n', 'sub/text.txt': 'ö' })
  await using own = new Git({ path: process.env.PATH ?? '', inherit: {}, configuration: [] })
  const at = {
    mirror: join(origin, '.git'),
    checkout: join(folder, 'checkout'),
    index: join(folder, 'index'),
  }
  const { signal } = new AbortController()
  const lease = { require: () => undefined }
  const text = () => readFileSync(join(at.checkout, 'sub/text.txt'))
  t.match(await resetCheckout(own, at, from, signal), { kind: 'done' })
  t.same(text(), Buffer.from('\xe4', 'latin1'))
  // Then git leaves everything as it is, as it does where it takes for changed what it has written itself.
  writeFileSync(join(at.checkout, 'other.txt'), 'changed\n')
  t.match(await advanceCheckout(own, at, { from, to }, lease, signal), { kind: 'done' })
  t.same(text(), Buffer.from('ö'))
  t.equal(readFileSync(join(at.checkout, 'other.txt'), 'utf8'), 'after\n')
})
