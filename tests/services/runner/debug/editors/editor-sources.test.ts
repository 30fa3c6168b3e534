import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { editorHits } from '../../../../../services/runner/debug/editors/editor-hits.ts'
import { EditorSources } from '../../../../../services/runner/debug/editors/editor-sources.ts'
import { WorktreePaths } from '../../../../../services/runner/debug/worktree-paths.ts'

function sources(root: string | null = '/home/me/my checkout') {
  const top = realpathSync(t.testdir({ 'src é': { 'app.py': 'one\n' } }))
  return { top, names: new EditorSources(new WorktreePaths(top, () => true), root) }
}

t.test('files of the worktree go by the names that the editor has', async t => {
  const { top, names } = sources()
  const path = join(top, 'src é/app.py')
  const frames = {
    stackFrames: [{ id: 1, source: { path, name: 'app.py' } }, { id: 2 }, { id: 3, source: null }],
  }
  t.same(await names.told(frames), {
    stackFrames: [
      { id: 1, source: { path: '/home/me/my checkout/src é/app.py', name: 'app.py' } },
      { id: 2 },
      { id: 3, source: null },
    ],
  })
  t.same(names.taken({ path: '/home/me/my checkout/src é/app.py' }), { path })
  for (const other of [{ name: 'generated', sourceReference: 7 }, null, 'app.py'])
    t.same(names.taken(other), other)
  for (const said of ['/home/me/my checkout/src é/app.py', path, 'src é/app.py'])
    t.equal(names.file(said), 'src é/app.py', said)
  t.equal(
    names.file('/home/me/my checkout-2/x.py'),
    '/home/me/my checkout-2/x.py',
    'a name that begins alike',
  )
})

t.test('without a root names are those of the server', async t => {
  const { top, names } = sources(null)
  const source = { path: join(top, 'src é/app.py'), name: 'app.py' }
  t.same(await names.toldSource(source), source)
})

t.test('a link into the worktree is a file of it', async t => {
  const { top, names } = sources()
  const elsewhere = join(t.testdir({}), 'link')
  mkdirSync(join(top, 'real'))
  writeFileSync(join(top, 'real/b.py'), '')
  symlinkSync(join(top, 'real'), elsewhere)
  t.match(await names.toldSource({ path: join(elsewhere, 'b.py') }), {
    path: '/home/me/my checkout/real/b.py',
  })
})

t.test('what lies outside comes by a reference, the same each time, and goes back as a file', async t => {
  const { names } = sources()
  const told = (await names.toldSource({ path: '/usr/lib/lib.py' })) as { sourceReference: number }
  t.match(told, { path: '/usr/lib/lib.py', name: 'lib.py', sourceReference: Number })
  t.same(await names.told({ sources: [{ path: '/usr/lib/lib.py' }] }), { sources: [told] })
  t.equal(names.ofReference(told.sourceReference), '/usr/lib/lib.py')
  t.same(names.taken(told), { path: '/usr/lib/lib.py', name: 'lib.py' }, 'no engine gets a reference of ours')
  const generated = { path: '/usr/lib/lib.py', sourceReference: 7 }
  t.same(await names.toldSource(generated), generated, 'what the engine has by a reference stays')
})

t.test('hit conditions are read as people write them', async t => {
  const cases = { 3: '3', '==3': '3', '=3': '3', '> 2': '>=3', '>=3': '>=3', '%4': '%4', '% 4': '%4' }
  for (const [text, said] of Object.entries(cases)) t.equal(editorHits(text), said, text)
  for (const text of ['', '0', '-1', '<3', '3x', '>=', '1e3']) t.equal(editorHits(text), undefined, text)
})
