import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { RecordFile } from '../../../../../services/runner/debug/record/record-file.ts'

t.test('the last lines are kept, in two files with a head each', async t => {
  const folder = join(t.testdir(), 'debug')
  const paths = { earlier: join(folder, 'one.1'), later: join(folder, 'one') }
  await using file = new RecordFile(paths, 200)
  t.notOk(existsSync(folder), 'nothing is made before there is a line')
  let heads = 0
  const head = () => `head ${++heads}\n`
  for (let n = 10; n < 20; n++) await file.append([`line ${n} ${'x'.repeat(20)}\n`], head)
  const read = (path: string) => readFileSync(path, 'utf8').replaceAll(/ x+/g, '').split('\n').slice(0, -1)
  t.same(read(paths.earlier), ['head 3', 'line 16', 'line 17', 'line 18'])
  t.same(read(paths.later), ['head 4', 'line 19'])
  t.equal(statSync(paths.later).mode & 0o777, 0o600)
  t.equal(statSync(folder).mode & 0o777, 0o700)
})

t.test('one that is longer than there may be is kept alone', async t => {
  const folder = t.testdir()
  const paths = { earlier: join(folder, 'one.1'), later: join(folder, 'one') }
  await using file = new RecordFile(paths, 100)
  await file.append(['short\n'], () => '')
  await file.append([`${'x'.repeat(500)}\n`], () => '')
  await file.append(['after\n'], () => '')
  t.equal(readFileSync(paths.later, 'utf8'), 'after\n')
  t.equal(readFileSync(paths.earlier, 'utf8').length, 501)
})

t.test('many lines at once go into as many files as it takes', async t => {
  const folder = t.testdir()
  const paths = { earlier: join(folder, 'one.1'), later: join(folder, 'one') }
  await using file = new RecordFile(paths, 200)
  const lines = Array.from({ length: 50 }, (_, n) => `line ${n} ${'x'.repeat(20)}\n`)
  await file.append(lines, () => 'head\n')
  t.ok(statSync(paths.earlier).size <= 100 && statSync(paths.later).size <= 100)
  t.match(readFileSync(paths.later, 'utf8'), /^head\n(?:line \d+ x+\n)*line 49 x+\n$/)
})
