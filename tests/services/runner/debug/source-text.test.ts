import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { lineOf, SourceText } from '../../../../services/runner/debug/source-text.ts'

const root = mkdtempSync(join(tmpdir(), 'source-text-'))
t.teardown(() => rmSync(root, { recursive: true, force: true }))
const path = (name: string) => join(root, name)

t.test('the lines of a file, whatever ends them', async t => {
  writeFileSync(path('ends.py'), 'a\r\nb\rc\n')
  const lines = await new SourceText().lines(path('ends.py'), () => true)
  t.strictSame(
    [0, 1, 2, 3, 5].map(number => lineOf(lines, number)),
    [null, 'a', 'b', 'c', null],
  )
})

t.test('a file is read again when it has changed, and only then', async t => {
  const text = new SourceText()
  writeFileSync(path('app.py'), 'one\n')
  const first = await text.lines(path('app.py'), () => true)
  t.equal(await text.lines(path('app.py'), () => true), first)
  writeFileSync(path('app.py'), 'two\n')
  utimesSync(path('app.py'), 1, 1)
  t.equal(lineOf(await text.lines(path('app.py'), () => true), 1), 'two')
  rmSync(path('app.py'))
  t.equal(await text.lines(path('app.py'), () => true), undefined)
})

t.test('a file is not looked at again where that was done so short ago as is good enough', async t => {
  const text = new SourceText()
  const long = 60_000
  writeFileSync(path('fresh.py'), 'one\n')
  const first = await text.lines(path('fresh.py'), () => true)
  rmSync(path('fresh.py'))
  t.equal(await text.lines(path('fresh.py'), () => true, long), first)
  t.equal(await text.lines(path('fresh.py'), () => false, long), undefined, 'who may not see it does not')
  t.equal(await text.lines(path('fresh.py'), () => true), undefined, 'it is looked at')
  t.equal(await text.lines(path('fresh.py'), () => true, long), undefined, 'the last look counts')
})

t.test('the files that were asked for last are kept', async t => {
  const text = new SourceText()
  const files = Array.from({ length: 17 }, (_, index) => path(`file-${index}.py`))
  for (const file of files) writeFileSync(file, 'x\n')
  const [first = '', second = '', ...rest] = files
  const kept = await text.lines(first, () => true)
  const dropped = await text.lines(second, () => true)
  await text.lines(first, () => true)
  for (const file of rest) await text.lines(file, () => true)
  t.equal(await text.lines(first, () => true), kept)
  t.not(await text.lines(second, () => true), dropped)
})

t.test('lines are shown as their file may be', async t => {
  const text = new SourceText()
  writeFileSync(path('secret'), 'hunter2\n')
  symlinkSync(path('secret'), path('link.py'))
  t.equal(lineOf(await text.lines(path('link.py'), () => true), 1), 'hunter2')
  t.equal(await text.lines(path('link.py'), one => one === path('link.py')), undefined, 'though it is kept')
})

t.test('what is no plain file has no lines, and keeps nobody waiting', async t => {
  spawnSync('mkfifo', [path('pipe')])
  for (const name of ['pipe', '.', 'missing.py'])
    t.equal(lineOf(await new SourceText().lines(path(name), () => true), 1), null, name)
})

t.test('a long line is cut', async t => {
  writeFileSync(path('long.js'), 'x'.repeat(1_000))
  t.equal(lineOf(await new SourceText().lines(path('long.js'), () => true), 1)?.length, 500)
})

t.test('lines end as anybody ends them, and a byte order mark is none of the first', async t => {
  writeFileSync(path('windows.py'), '\uFEFFone\r\ntwo\nthree\r')
  t.same(await new SourceText().lines(path('windows.py'), () => true), ['one', 'two', 'three', ''])
})
