import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { removeTree } from '../../lib/remove-tree.ts'

const nobody = 65_534

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

t.test('a tree of which some goes while it is made removable, by who is not root', async t => {
  const place = mkdtempSync(join(root, 'others-'))
  // Root needs no right to write.
  const isRoot = process.getuid?.() === 0
  if (isRoot) {
    for (const path of [root, place]) chmodSync(path, 0o777)
    process.seteuid?.(nobody)
  }
  try {
    for (let round = 0; round < 10; round++) {
      const tree = join(place, `tree-${round}`)
      for (let nth = 0; nth < 150; nth++) {
        const directory = join(tree, `d${nth}`, 'inner')
        mkdirSync(directory, { recursive: true })
        writeFileSync(join(directory, 'file'), '')
        if (nth % 50 === 0) chmodSync(directory, 0o500)
      }
      await removeTree(tree)
      t.notOk(existsSync(tree))
    }
  } finally {
    if (isRoot) process.seteuid?.(0)
  }
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
