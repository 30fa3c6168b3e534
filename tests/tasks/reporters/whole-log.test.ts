import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import t from 'tap'
import type { EngineEvent } from '../../../tasks/engine/events.ts'
import { growingFileReporter } from '../../../tasks/reporters/file-reporters.ts'
import { githubRenderer } from '../../../tasks/reporters/github.ts'
import { LogFiles } from '../../../tasks/reporters/log-files.ts'
import { streamReporter } from '../../../tasks/reporters/stream-reporter.ts'
import { createStyle } from '../../../tasks/reporters/style.ts'
import { TreeReporter } from '../../../tasks/reporters/tree.ts'
import { textsOf, writePieces } from '../../../tasks/reporters/whole-log.ts'
import { until } from '../../until.ts'
import { start as at, exited, step, traces } from './story.ts'

const style = createStyle(false)

function place(t: { teardown(end: () => void): void }): string {
  const path = mkdtempSync(join(tmpdir(), 'whole-log-'))
  t.teardown(() => rmSync(path, { recursive: true }))
  return path
}

/** A run of one task that says these lines and fails. */
function failing(lines: readonly string[]): EngineEvent[] {
  return [
    { type: 'run-started', run: '', plan: { targets: ['a'], steps: [step('a')] }, jobs: 1, at },
    { type: 'task-started', name: 'a', why: [], at },
    ...lines.map(line => ({ type: 'task-log', name: 'a', source: 'stdout', line, at }) as const),
    { type: 'task-failed', name: 'a', durationMs: 5, error: exited, at },
    { type: 'run-finished', outcome: 'failed', durationMs: 6, at },
  ]
}

const many = Array.from({ length: 20_000 }, (_, i) => `line ${i}`)
const long = `${'é'.repeat(200_000)}end`

/** With log files that are complete when a reporter asks for them. */
function kept(directory: string, largestBytes?: number) {
  const logs = new LogFiles(directory, 'x', largestBytes === undefined ? {} : { largestBytes })
  const options = { ...traces, style, wholeLogOf: (name: string) => logs.wholeOf(name) }
  return { logs, options }
}

t.test('pieces of a file: long lines go on, characters stay whole, and nothing moves a cursor', async t => {
  const path = join(place(t), 'log')
  writeFileSync(path, `one\n\x1b[2Jtwo\n${long}\nlast`)
  const texts = [...textsOf({ path, prefix: '> ' })]
  t.equal(texts.join(''), `> one\n> two\n> ${long}\n> last\n`)
  t.ok(
    texts.every(text => text.length < 150_000),
    'none of which is large',
  )
  writeFileSync(path, '')
  t.same([...textsOf({ path, prefix: '> ' })], [])
  rmSync(path)
  t.match(
    [...textsOf({ path, prefix: '> ' })].join(''),
    /^> … the rest of this log cannot be read: ENOENT …\n$/,
  )
})

t.test('who reads slowly is waited for, and a signal ends that', async t => {
  const path = join(place(t), 'log')
  writeFileSync(path, `${many.join('\n')}\n`)
  const written: string[] = []
  const flushes: (() => void)[] = []
  const output = {
    write: (text: string) => written.push(text),
    flushed: () => new Promise<void>(resolve => flushes.push(resolve)),
  }
  const end = new AbortController()
  const writing = writePieces(['before\n', { path, prefix: '' }, 'after\n'], output, end.signal)
  for (let i = 1; i <= 2; i++) {
    await until('a piece', () => flushes.length === i)
    t.equal(written.length, i + 1, 'one piece at a time')
    flushes.at(-1)?.()
  }
  await until('a third', () => flushes.length === 3)
  end.abort()
  await writing
  t.same(written.slice(-2), ['… cut here: the run was ended …\n', 'after\n'])
})

t.test(
  'github: a failure shows all lines, whatever they are, and what comes meanwhile stays behind them',
  async t => {
    const directory = place(t)
    const lines = [...many, long, '::error::not ours']
    const { logs, options } = kept(directory)
    const renderer = () => githubRenderer({ ...options, sourceOf: () => undefined, pause: 'token' })
    const texts: string[] = []
    const output = { write: (more: string) => texts.push(more), flushed: async () => {} }
    const file = join(directory, 'report')
    const reporters = [streamReporter(renderer(), output), growingFileReporter(renderer(), file)]
    for (const event of failing(lines)) for (const one of [logs, ...reporters]) one.report(event)
    for (const one of reporters) await one.close()
    const text = texts.join('')
    const [, log = ''] =
      /^::group::.*\n::stop-commands::token\n([\s\S]*)\n::token::\n::endgroup::\n/m.exec(text) ?? []
    t.ok(log === lines.join('\n'))
    t.match(text.slice(-200), /failed after 6 ms: 1 failed, 0 done\n$/)
    t.ok(readFileSync(file, 'utf8') === text)
  },
)

t.test('the tree: all lines, and of a file that is cut its end as well', async t => {
  const shown = async (largestBytes?: number, spoil?: (logs: LogFiles, directory: string) => void) => {
    const directory = place(t)
    const { logs, options } = kept(directory, largestBytes)
    const stream = Object.assign(new PassThrough({ encoding: 'utf8' }), {
      isTTY: true,
      columns: 80,
      rows: 24,
    })
    const texts: string[] = []
    stream.on('data', (more: string) => texts.push(more))
    const stderr = stream as unknown as NodeJS.WriteStream
    const stdout = new PassThrough() as unknown as NodeJS.WriteStream
    const tree = new TreeReporter({ ...options, stdout, stderr, now: () => at })
    for (const event of failing(many)) for (const one of [logs, tree]) one.report(event)
    spoil?.(logs, directory)
    await tree.close()
    return texts
      .join('')
      .split('\n')
      .flatMap(line => /^ {2}│ (.*)$/.exec(line)?.[1] ?? [])
  }
  t.same(await shown(), many)
  const cut = await shown(64 * 1024)
  t.match(cut.join('\n'), /… cut here: more than 0\.0625 MiB …\n… and its last lines:\nline 19000\n/)
  t.equal(cut.at(-1), 'line 19999')
  for (const spoil of [
    (logs: LogFiles) => Object.assign(logs, { fault: { error: new Error('full') } }),
    (_: LogFiles, directory: string) => rmSync(join(directory, 'x'), { recursive: true }),
  ])
    t.match(
      (await shown(undefined, spoil)).join('\n'),
      /^line 0\n[\s\S]*… \d+ lines left out …\n[\s\S]*line 19999$/,
      'no file: beginning and end',
    )
})
