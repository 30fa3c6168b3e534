import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { openPlainFile, readPlainFile } from '../../lib/plain-file.ts'

const directory = mkdtempSync(join(tmpdir(), 'ds-plain-'))
t.teardown(() => rmSync(directory, { recursive: true, force: true }))

t.test('a plain file is opened for reading', async t => {
  writeFileSync(join(directory, 'file'), 'content')
  await using file = await openPlainFile(join(directory, 'file'))
  t.equal(await file?.readFile('utf8'), 'content')
  t.equal(readPlainFile(join(directory, 'file'), 100)?.toString(), 'content')
  t.equal(readPlainFile(join(directory, 'file'), 4)?.toString(), 'cont')
})

t.test('whatever else stands there is nothing, and nothing is waited for', async t => {
  mkdirSync(join(directory, 'directory'))
  symlinkSync('file', join(directory, 'link'))
  symlinkSync('loop', join(directory, 'loop'))
  execFileSync('mkfifo', [join(directory, 'pipe')])
  for (const name of ['missing', 'directory', 'link', 'loop', 'pipe', 'file/below', 'missing/below']) {
    t.equal(await openPlainFile(join(directory, name)), undefined, name)
    t.equal(readPlainFile(join(directory, name), 100), undefined, name)
  }
})
