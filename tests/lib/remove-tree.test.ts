import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { removeTree } from '../../lib/remove-tree.ts'

const root = mkdtempSync(join(tmpdir(), 'remove-tree-'))
t.teardown(() => rmSync(root, { recursive: true, force: true }))

t.test('a tree with write-protected directories, and a link, which is not followed', async t => {
  const [tree, other] = [join(root, 'tree'), join(root, 'other')]
  mkdirSync(join(tree, 'a', 'b'), { recursive: true })
  mkdirSync(other)
  writeFileSync(join(tree, 'a', 'b', 'file'), '')
  symlinkSync(other, join(tree, 'a', 'link'))
  chmodSync(join(tree, 'a', 'b'), 0o500)
  chmodSync(join(tree, 'a'), 0o500)
  await removeTree(tree)
  t.notOk(existsSync(tree))
  t.ok(existsSync(other))
  await removeTree(tree)
})

/** 100 directories in each other, 25 KB of path, with names in no encoding; the innermost is write-protected. */
const deep = `
import os, sys
os.chdir(sys.argv[1])
for _ in range(100):
    name = b'\\xff' + b'd' * 249
    os.mkdir(name)
    os.chdir(name)
os.mkdir('inner')
open('inner/file', 'w').close()
os.chmod('inner', 0o500)
`

t.test('a tree so deep that no path leads to its end', async t => {
  const tree = join(root, 'deep')
  mkdirSync(tree)
  execFileSync('python3', ['-c', deep, tree])
  await removeTree(tree)
  t.notOk(existsSync(tree))
})
