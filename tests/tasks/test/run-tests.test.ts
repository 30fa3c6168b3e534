import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { ProcessScope } from '../../../lib/processes/process-scope.ts'
import { runTests, type TestRun } from '../../../tasks/test/run-tests.ts'

/** A project whose test files print the TAP that is given. */
function project(files: Record<string, string>) {
  const root = mkdtempSync(join(tmpdir(), 'ds-run-tests-'))
  t.teardown(() => rmSync(root, { recursive: true, force: true }))
  mkdirSync(join(root, 'tests/deep'), { recursive: true })
  for (const [name, source] of Object.entries(files)) writeFileSync(join(root, 'tests', name), source)
  return async (
    wanted: string[] = [],
    { skipAllowed = () => true, retries = 0 }: Partial<Pick<TestRun, 'skipAllowed' | 'retries'>> = {},
  ) => {
    const lines: string[] = []
    const begun: string[] = []
    let printed = ''
    let error: unknown
    await using scope = new ProcessScope({ graceMs: 2_000 })
    await runTests({
      scope,
      root,
      files: wanted.map(name => join(root, name)),
      jobs: 2,
      retries,
      signal: new AbortController().signal,
      log: line => lines.push(line),
      progress: text => begun.push(text.replace(/^.*, /, '')),
      print: text => {
        printed += text
      },
      skipAllowed,
    }).catch(thrown => {
      error = thrown
    })
    return { log: lines.join('\n'), begun, printed, error }
  }
}

const tap = (...lines: string[]) =>
  `console.log(${JSON.stringify(['TAP version 14', ...lines].join('\n'))})\n`

t.test('assertions of all files are counted, subtests by what is in them', async t => {
  const run = project({
    'a.test.ts': tap(
      '# Subtest: one',
      '    ok 1 - x',
      '    ok 2 - y',
      '    1..2',
      'ok 1 - one # time=1ms',
      '1..1',
    ),
    'deep/b.test.ts': tap('ok 1 - z', 'ok 2 - later # SKIP no gdb here', '1..2'),
    'helper.ts': 'throw new Error("no test")\n',
  })
  const { printed, error, log } = await run()
  t.equal(error, undefined)
  t.equal(printed, '3 passed, 0 failed, 1 skipped\n')
  t.match(log, /skipped: later: no gdb here/)
})

t.test('what fails, and why', async t => {
  const cases: Record<string, [source: string, detail: RegExp]> = {
    'an assertion': [
      tap('not ok 1 - it adds up', '  ---', '  found: 3', '  ...', '1..1'),
      /it adds up[\s\S]*"found": 3/,
    ],
    'an exit code without a failed assertion': [`${tap('ok 1 - x', '1..1')}process.exitCode = 7`, /exit 7/],
    'a crash before any test': ['throw new Error("lost my way")\n', /lost my way/],
    'an error that nobody catches': [
      `import t from ${JSON.stringify(import.meta.resolve('tap'))}
      t.test('it waits', () => new Promise(() => setTimeout(() => { throw new Error('lost my way') })))\n`,
      /it waits[\s\S]*lost my way/,
    ],
    'nothing tested': ['\n', /it tested nothing/],
    'fewer tests than planned': [tap('ok 1 - x', '1..2'), /./],
    'a process left behind': [
      `import { spawn } from 'node:child_process'\nspawn('sleep', ['1000'], { detached: true, stdio: 'ignore' }).unref()\n${tap('ok 1 - x', '1..1')}`,
      /it left processes behind: \d+/,
    ],
  }
  for (const [name, [source, detail]] of Object.entries(cases)) {
    const { printed, error, log } = await project({ 'a.test.ts': source })()
    t.match(error, { name: 'UserError', message: /failed: tests\/a\.test\.ts/ }, name)
    t.match(printed, /, 1 failed, /, name)
    t.match(log, detail, name)
  }
})

t.test(
  'one goes through the long files, as they say how long they may take, the other through the short ones',
  async t => {
    const lasting = (limit: string) => `const t = { setTimeout() {} }\n${limit}\n${tap('ok 1 - x', '1..1')}`
    const run = project({
      'a-short.test.ts': tap('ok 1 - x', '1..1'),
      'b-long.test.ts': lasting('t.setTimeout(120_000)'),
      'c-short.test.ts': tap('ok 1 - x', '1..1'),
      'd-longest.test.ts': lasting('t.setTimeout(300_000)'),
    })
    const { begun } = await run()
    t.same(begun.slice(0, 2), ['tests/d-longest.test.ts', 'tests/c-short.test.ts'])
    t.equal(begun.length, 4)
  },
)

t.test('a skip that is not allowed is a failure as well', async t => {
  const run = project({
    'a.test.ts': tap('ok 1 - x # SKIP no gdb here', 'ok 2 - y # SKIP no Docker engine', '1..2'),
  })
  const { printed, log } = await run([], { skipAllowed: reason => reason.includes('Docker') })
  t.equal(printed, '0 passed, 1 failed, 2 skipped\n')
  t.match(log, /skipped, which fails in CI: no gdb here/)
})

/** Fails as often as it says, then passes. */
const unlucky = (times: number) => `import { appendFileSync, readFileSync } from 'node:fs'
appendFileSync('runs', '.')
console.log(readFileSync('runs', 'utf8').length > ${times} ? 'ok 1 - lucky' : 'not ok 1 - unlucky')
console.log('1..1')\n`

t.test(
  'a file that fails is tried again alone where that is asked for, and told as flaky if it passes',
  async t => {
    const files = { 'a.test.ts': unlucky(1), 'b.test.ts': tap('ok 1 - b', '1..1') }
    const again = await project(files)([], { retries: 1 })
    t.equal(again.error, undefined)
    t.equal(again.printed, '2 passed, 0 failed, 0 skipped\n')
    t.match(
      again.log,
      /FLAKY tests\/a\.test\.ts: it failed, and passed when it ran alone\n {2}failed: unlucky/,
    )
    t.same(again.begun.toSorted(), ['alone: tests/a.test.ts', 'tests/a.test.ts', 'tests/b.test.ts'])
    t.equal(again.begun[2], 'alone: tests/a.test.ts', 'when the others have ended')

    t.equal((await project(files)()).printed, '1 passed, 1 failed, 0 skipped\n', 'it is not asked for')
    const never = await project({ 'a.test.ts': unlucky(3) })([], { retries: 2 })
    t.equal(never.printed, '0 passed, 1 failed, 0 skipped\n', 'one that fails each time')
    t.match(never.log, /FAIL {2}tests\/a\.test\.ts\n {2}failed: unlucky/, 'told at the end again')
  },
)

t.test('where many files fail, none is tried again', async t => {
  const files = Array.from({ length: 6 }, (_, at) => [`${at}.test.ts`, tap('not ok 1 - x', '1..1')])
  const { begun, printed } = await project(Object.fromEntries(files))([], { retries: 1 })
  t.equal(begun.length, 6)
  t.equal(printed, '0 passed, 6 failed, 0 skipped\n')
})

t.test('files and directories can be named; a name that means nothing is refused', async t => {
  const run = project({
    'a.test.ts': tap('ok 1 - a', '1..1'),
    'deep/b.test.ts': tap('ok 1 - b', 'ok 2 - c', '1..2'),
  })
  t.equal((await run(['tests/deep'])).printed, '2 passed, 0 failed, 0 skipped\n')
  t.equal((await run(['tests/a.test.ts'])).printed, '1 passed, 0 failed, 0 skipped\n')
  t.match((await run(['tests/c.test.ts'])).error, {
    name: 'UserError',
    message: /no test file is named tests\/c\.test\.ts/,
  })
})
