import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { LogFile } from '../../../services/api/logs/log-file.ts'

const places = (name: string) => ({
  plain: join(directory, name),
  compressed: join(directory, `${name}.zst`),
  name,
})

const directory = mkdtempSync(join(tmpdir(), 'ds-log-'))
t.teardown(() => rmSync(directory, { recursive: true, force: true }))

t.test('a log is read at any position, and one that comes later is found', async t => {
  await using log = new LogFile(places('log'))
  t.equal(await log.size(), 0)
  t.equal((await log.read(0, 10)).length, 0)
  writeFileSync(join(directory, 'log'), '0123456789')
  t.equal(await log.size(), 10)
  t.equal((await log.read(4, 3)).toString(), '456')
  t.equal((await log.read(8, 9)).toString(), '89')
})

t.test('a pipe or a link that a command put there is an empty log', async t => {
  writeFileSync(join(directory, 'secret'), 'secret')
  symlinkSync('secret', join(directory, 'link'))
  execFileSync('mkfifo', [join(directory, 'pipe')])
  for (const name of ['link', 'pipe']) {
    await using log = new LogFile(places(name))
    t.equal(await log.size(), 0, name)
  }
})
