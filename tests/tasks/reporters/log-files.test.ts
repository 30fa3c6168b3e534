import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { LogFiles, oldRuns, runName } from '../../../tasks/reporters/log-files.ts'
import { until } from '../../until.ts'
import { cancelledRun, failingRun, start } from './story.ts'

function place(t: { teardown(end: () => void): void }): string {
  const path = mkdtempSync(join(tmpdir(), 'task-logs-'))
  t.teardown(() => rmSync(path, { recursive: true }))
  return path
}

t.test('a file for each task that says something, for its owner alone', async t => {
  const directory = join(place(t), 'a/b')
  const logs = new LogFiles(directory, runName(start, 7))
  for (const event of failingRun()) logs.report(event)
  await logs.close()
  t.same(readdirSync(directory).sort(), ['.gitignore', '20260105T101500000Z-7'])
  t.same(readdirSync(join(directory, '20260105T101500000Z-7')).sort(), ['gen.log', 'lint.log'])
  const path = logs.pathOf('lint') ?? ''
  t.equal(readFileSync(path, 'utf8'), 'src/a.ts:3:7 <wrong>\n::error::not ours\n')
  t.equal(statSync(path).mode & 0o777, 0o600)
  t.equal(logs.pathOf('build'), undefined)
  t.equal(logs.fault, undefined)
})

t.test('a run that says nothing leaves nothing', async t => {
  const directory = join(place(t), 'a')
  const logs = new LogFiles(directory, 'x')
  for (const event of cancelledRun()) logs.report(event)
  await logs.close()
  t.throws(() => statSync(directory), { code: 'ENOENT' })
})

t.test('the log of a task that hangs can be read', async t => {
  const logs = new LogFiles(place(t), 'x')
  logs.report({ type: 'task-log', name: 'a', source: 'task', line: 'here', at: start })
  await until('the line is in the file', () => readFileSync(logs.pathOf('a') ?? '', 'utf8') === 'here\n')
  await logs.close()
})

t.test('old runs go, and nothing else', async t => {
  const directory = place(t)
  // No process has such a number.
  for (let day = 1; day <= 25; day++)
    mkdirSync(join(directory, runName(Date.UTC(2025, 0, day), 2 ** 23 + day)))
  writeFileSync(join(directory, 'mine'), '')
  const logs = new LogFiles(directory, runName(start, 1))
  for (const event of failingRun()) logs.report(event)
  await logs.close()
  const left = readdirSync(directory)
  t.equal(left.filter(name => name.startsWith('202')).length, 20)
  t.ok(left.includes(runName(start, 1)) && left.includes('mine'))
  t.same(oldRuns(['b', 'c', 'a'], 2), ['a'])
  t.same(oldRuns(['a'], 2), [])
  t.same(
    oldRuns(['1-7', '2-7', '3-8', '4-9', '5-9'], 1, pid => pid !== 8),
    ['1-7', '3-8', '4-9'],
    'where a process still runs, its newest stays',
  )
})

t.test('where no file can be, the run goes on', async t => {
  const file = join(place(t), 'file')
  writeFileSync(file, '')
  const logs = new LogFiles(join(file, 'logs'), 'x')
  for (const event of failingRun()) logs.report(event)
  await logs.close()
  t.equal(logs.pathOf('lint'), undefined)
  t.match(logs.fault, { error: { code: 'ENOTDIR' } })
})
