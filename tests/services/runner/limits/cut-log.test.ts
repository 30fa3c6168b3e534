import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { cutLog } from '../../../../services/runner/limits/cut-log.ts'

t.test('a log loses what is behind its limit, and nothing else is touched', async t => {
  const at = (name: string) => join(directory, name)
  const directory = t.testdir({ log: '0123456789', short: '01', other: '0123456789' })
  for (const name of ['log', 'short', 'not there']) await cutLog(at(name), 5)
  t.equal(readFileSync(at('log'), 'utf8'), '01234')
  t.equal(readFileSync(at('short'), 'utf8'), '01', 'nothing is added')

  symlinkSync(at('other'), at('link'))
  mkdirSync(at('directory'))
  execFileSync('mkfifo', [at('pipe')])
  for (const name of ['link', 'directory', 'pipe']) await cutLog(at(name), 5)
  t.equal(readFileSync(at('other'), 'utf8'), '0123456789', 'a command may put a link in its place')
})
