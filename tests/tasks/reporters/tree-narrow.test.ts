import { PassThrough } from 'node:stream'
import t from 'tap'
import type { EngineEvent } from '../../../tasks/engine/events.ts'
import { createStyle } from '../../../tasks/reporters/style.ts'
import { TreeReporter } from '../../../tasks/reporters/tree.ts'
import { Screen } from './screen.ts'
import { cachedRun, failingRun, start, traces } from './story.ts'

const columns = 20

/** What a terminal of twenty columns shows in the end, with every frame drawn on it. */
async function shown(events: readonly EngineEvent[], rows: number, color = false) {
  const stream = Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY: true, columns, rows })
  const file = new PassThrough({ encoding: 'utf8' })
  const terminal = stream as unknown as NodeJS.WriteStream
  let raw = ''
  stream.on('data', (text: string) => {
    raw += text.replaceAll('\n', '\r\n') // as terminals do
  })
  const reporter = new TreeReporter({
    ...traces,
    stdout: file as unknown as NodeJS.WriteStream,
    stderr: terminal,
    style: createStyle(color),
    now: () => start + 2052,
  })
  for (const event of events) {
    reporter.report(event)
    // Each state is drawn once.
    await new Promise(resolve => setImmediate(resolve))
  }
  await reporter.close()
  const screen = new Screen(columns)
  screen.write(raw)
  return { raw, lines: screen.text().trimEnd().split('\n'), unknown: screen.unknown, printed: file.read() }
}

t.test('twenty columns: a line each, cut at the right, the name first', async t => {
  const { lines, unknown } = await shown(cachedRun(), 24)
  t.same(unknown, [])
  t.same(lines.slice(0, 8), [
    '= gen up to date',
    '↺ types restored …',
    '= seed done in th…',
    '✔ db ended after …',
    '✔ lint 97 ms, att…',
    '  its outputs are…',
    '✔ site 100 ms',
    '= docs up to date',
  ])
  t.match(
    lines.slice(8).join(''),
    /^warning: the memory *of earlier .*old\.db *3 tasks done, 2 up .* in 260 ms$/,
  )
})

t.test('twenty columns with colours show the same', async t => {
  const [plain, colored] = [await shown(cachedRun(), 24), await shown(cachedRun(), 24, true)]
  t.same(colored.lines, plain.lines)
  t.match(colored.raw, '\x1b[2m= gen up to date')
})

t.test('a service that goes on, in a terminal of few rows', async t => {
  const events = cachedRun()
  const { lines } = await shown(events.slice(0, 11), 7)
  const [spinner = ''] = lines[2] ?? ''

  t.same(lines.slice(0, 5), [
    '● db ready for 2.…',
    '  › listening',
    `${spinner} lint 2.0 s`,
    '  › attempt 2 of 3',
    '… 7 tasks: 0 done…',
  ])
})

t.test('stdout in a file has what tasks print, and nothing else', async t => {
  const { printed, lines } = await shown(failingRun(), 24)
  t.equal(printed, 'printed\n')
  t.ok(lines.includes('✔ gen 100 ms'), lines.join('\n'))
})
