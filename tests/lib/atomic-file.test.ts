import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { writeAtomically } from '../../lib/atomic-file.ts'
import { makePrivateDirectory, socketDirectory } from '../../lib/socket-path.ts'

const directory = mkdtempSync(join(tmpdir(), 'ds-file-'))
t.teardown(() => rmSync(directory, { recursive: true, force: true }))

t.test('a file is replaced whole, with its mode, and nothing lies beside it', async t => {
  const path = join(directory, 'made', 'secret')
  await writeAtomically(path, 'one')
  await writeAtomically(path, 'two', { mode: 0o640 })
  t.equal(readFileSync(path, 'utf8'), 'two')
  t.equal(statSync(path).mode & 0o777, 0o640)
  t.same(readdirSync(join(directory, 'made')), ['secret'])
})

t.test('a write that fails leaves the old content and nothing beside it', async t => {
  const path = join(directory, 'kept')
  await writeAtomically(path, 'old')
  // A directory in the way of the rename: the one failure that root meets as well.
  const blocked = join(directory, 'blocked')
  makePrivateDirectory(join(blocked, 'inner'))
  await t.rejects(writeAtomically(blocked, 'new'))
  t.same(readdirSync(directory).sort(), ['blocked', 'kept', 'made'])
})

t.test('sockets lie where their paths are short enough', async t => {
  t.equal(socketDirectory('/short', 11, {}), '/short')
  const long = `/${'long/'.repeat(30)}`
  const elsewhere = socketDirectory(long, 11, { XDG_RUNTIME_DIR: '/run/user/7' })
  t.match(elsewhere, /^\/run\/user\/7\/debug-server-[0-9a-f]{12}$/)
  t.equal(socketDirectory(long, 11, { XDG_RUNTIME_DIR: '/run/user/7' }), elsewhere, 'the same at each call')
  t.not(socketDirectory(`${long}x`, 11, { XDG_RUNTIME_DIR: '/run/user/7' }), elsewhere)
})
