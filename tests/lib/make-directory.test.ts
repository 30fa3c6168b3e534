import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { makeDirectory } from '../../lib/make-directory.ts'

const directory = mkdtempSync(join(tmpdir(), 'ds-directory-'))
t.teardown(() => rmSync(directory, { recursive: true, force: true }))

t.test('a directory is made with those above it, for its owner, and may be there already', async t => {
  const path = join(directory, 'a', 'b', 'c')
  makeDirectory(path)
  makeDirectory(path)
  for (const made of [path, join(directory, 'a')]) t.equal(statSync(made).mode & 0o777, 0o700)
  symlinkSync(path, join(directory, 'link'))
  makeDirectory(join(directory, 'link'))
  makeDirectory(join(directory, 'link', 'd'))
  t.ok(statSync(join(path, 'd')).isDirectory())
})

t.test('where none can be made it fails, and does not try for ever', async t => {
  writeFileSync(join(directory, 'file'), '')
  symlinkSync(join(directory, 'nowhere'), join(directory, 'dangling'))
  t.throws(() => makeDirectory(join(directory, 'file')), { code: 'EEXIST' })
  t.throws(() => makeDirectory(join(directory, 'file', 'x')), { code: 'ENOTDIR' })
  for (const path of ['dangling', 'dangling/x'])
    t.throws(() => makeDirectory(join(directory, path)), { code: 'EEXIST' }, 'a link to nowhere is named')
  if (process.platform === 'linux') t.throws(() => makeDirectory('/proc/none/x/y'), { code: 'ENOENT' })
})
