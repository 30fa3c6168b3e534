import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
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
  let looks = 0
  const shows = () => {
    looks++
    return true
  }
  writeFileSync(path('app.py'), 'one\n')
  const first = await text.lines(path('app.py'), shows)
  t.equal(await text.lines(path('app.py'), shows), first)
  t.equal(looks, 1)
  writeFileSync(path('app.py'), 'two\n')
  utimesSync(path('app.py'), 1, 1)
  t.equal(lineOf(await text.lines(path('app.py'), shows), 1), 'two')
  await delay(20) // More than the kernel's clock takes to go on.
  writeFileSync(path('app.py'), 'one\n')
  utimesSync(path('app.py'), 1, 1)
  t.equal(lineOf(await text.lines(path('app.py'), shows), 1), 'one', 'its time of change was set back')
  rmSync(path('app.py'))
  t.equal(await text.lines(path('app.py'), shows), undefined)
})

t.test('who asks for the first time is shown what is kept as they may see it', async t => {
  const text = new SourceText()
  writeFileSync(path('kept.py'), 'one\n')
  const first = await text.lines(path('kept.py'), () => true)
  t.equal(await text.lines(path('kept.py'), () => false), undefined)
  t.equal(await text.lines(path('kept.py'), () => true), first)
})

t.test('a name that leads elsewhere by now is looked up again', async t => {
  const text = new SourceText()
  const shows = (one: string) => one === path('open')
  writeFileSync(path('open'), 'open\n')
  writeFileSync(path('hidden'), 'hidden\n')
  symlinkSync(path('open'), path('moved.py'))
  t.equal(lineOf(await text.lines(path('moved.py'), shows), 1), 'open')
  rmSync(path('moved.py'))
  symlinkSync(path('hidden'), path('moved.py'))
  t.equal(await text.lines(path('moved.py'), shows), undefined)
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
