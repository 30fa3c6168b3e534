import t from 'tap'
import { UserError } from '../../../lib/user-error.ts'
import { CommandError } from '../../../tasks/engine/command-error.ts'
import { errorPlace } from '../../../tasks/reporters/error-place.ts'
import { githubRenderer } from '../../../tasks/reporters/github.ts'
import { createStyle } from '../../../tasks/reporters/style.ts'
import { command } from '../../../tasks/reporters/workflow-commands.ts'
import { cachedRun, cancelledRun, failingRun, rendered, traces } from './story.ts'

const options = {
  ...traces,
  style: createStyle(false),
  sourceOf: (file: string) => (file.startsWith('src/') ? `pkg/${file}` : undefined),
  pause: 'token',
}

t.test('groups, an annotation at its line, and no command of anybody else', async t => {
  t.equal(
    rendered(githubRenderer(options), failingRun()),
    `gen started
::warning title=gen::ended 1 process left behind
::group::✔ gen done in 100 ms
made & kept
::endgroup::
build started
lint started
::group::✖ lint failed after 200 ms
::stop-commands::token
src/a.ts:3:7 <wrong>
::error::not ours
::token::
::endgroup::
make lint exited with code 2
again: npx task lint
log: logs/lint.log
::error title=lint failed,file=pkg/src/a.ts,line=3,col=7::make lint exited with code 2%0Aagain: npx task lint%0Alog: logs/lint.log
⊘ build stopped
◻ all not started: lint failed
failed after 353 ms: 1 failed, 1 done, 1 stopped, 1 not started
`,
  )
})

t.test('a cancelled run', async t => {
  t.equal(
    rendered(githubRenderer(options), cancelledRun()),
    `gen started
cancelled: ending what runs
⊘ gen did not stop, and is left
cancelled after 9 ms: 0 done, 1 stopped, 3 not started
`,
  )
})

t.test('what did not have to run, a service, and attempts', async t => {
  t.equal(
    rendered(githubRenderer(options), cachedRun()),
    `::warning title=task::the memory of earlier runs cannot be used (damaged); it is begun anew, and the old one is old.db
types waits for task process 1234, which is making the same
↺ types restored 3 files: src/a.ts changed
db started
● db ready after 30 ms
lint started: CI changed, and 1 more
lint attempt 1 of 3 failed, again in 40 ms: make lint exited with code 2
::warning title=lint::its outputs are not kept in the cache: disk full
✔ lint done in 97 ms
site started: no earlier result
✔ site done in 100 ms
= docs up to date
::group::✔ db ended after 238 ms: nothing needs it any more
listening
::endgroup::
3 tasks done, 2 up to date, 1 restored, 1 done before in 260 ms
`,
  )
})

t.test('files whose names look like commands are shown, not obeyed', async t => {
  const renderer = githubRenderer(options)
  const why = [{ kind: 'input', path: '##[error]a.ts', how: 'added' }] as const
  t.equal(
    renderer.take({ type: 'task-started', name: 'x', why, at: 0 }),
    '::stop-commands::token\nx started: ##[error]a.ts is new\n::token::\n',
  )
})

t.test('commands are escaped as GitHub reads them', async t => {
  t.equal(command('endgroup', {}, ''), '::endgroup::\n')
  t.equal(
    command('error', { title: 'a:b, 100%', file: 'x\ny' }, '50%: a,b\r\nnext'),
    '::error title=a%3Ab%2C 100%25,file=x%0Ay::50%25: a,b%0D%0Anext\n',
  )
})

t.test('where an error comes from', async t => {
  const failed = new CommandError('x', { kind: 'exit', code: 1 }, [])
  const cases: [line: string, place: string | undefined][] = [
    ['src/a.ts:3:7 - error', 'src/a.ts:3:7'],
    ['\x1b[31msrc/a.ts\x1b[0m:\x1b[33m3\x1b[0m', 'src/a.ts:3'],
    ['src/a.ts(12,5): error TS1005', 'src/a.ts:12:5'],
    ['  File "src/b.py", line 9, in f', 'src/b.py:9'],
    ['    at f (src/a.js:1:2)', 'src/a.js:1:2'],
    ['ERROR: ./src/x.go:4: no', undefined],
    ['listening on localhost:8000', undefined],
    ['12:30:05 done', undefined],
    ['other/a.ts:1:1', undefined],
    // Hours, if all of it were searched.
    ['x'.repeat(1_000_000), undefined],
  ]
  for (const [line, expected] of cases) {
    const place = errorPlace(failed, ['noise', line], file => file.startsWith('src/'))
    const text = place && [place.file, place.line, place.column].filter(part => part !== undefined).join(':')
    t.equal(text, expected, line.slice(0, 60))
  }
  const bug = errorPlace(new Error('bug'), [], file => file === import.meta.filename)
  t.match(bug, { file: import.meta.filename, line: Number, column: Number })
  t.equal(
    errorPlace(new UserError('src/a.ts:1:1'), ['src/a.ts:1:1'], () => true),
    undefined,
  )
  t.equal(
    errorPlace('src/a.ts:1:1', [], () => true),
    undefined,
  )
})
