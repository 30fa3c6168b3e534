import { spawnSync } from 'node:child_process'
import t from 'tap'
import { junitRenderer } from '../../../tasks/reporters/junit.ts'
import { xmlAttributes, xmlText } from '../../../tasks/reporters/xml.ts'
import { cachedRun, cancelledRun, errors, failingRun, rendered, traces } from './story.ts'

t.test('a failed run', async t => {
  t.equal(
    rendered(junitRenderer(traces), failingRun()),
    `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="task" tests="4" failures="1" errors="0" skipped="2" time="0.353">
  <testsuite name="task all" tests="4" failures="1" errors="0" skipped="2" time="0.353" timestamp="2026-01-05T10:15:00">
    <testcase name="gen" classname="task" time="0.100"/>
    <testcase name="build" classname="task" time="0.250">
      <skipped message="stopped: another task failed"/>
    </testcase>
    <testcase name="lint" classname="task" time="0.200">
      <failure message="make lint exited with code 2" type="CommandError.exit">make lint exited with code 2

again: npx task lint
log: logs/lint.log</failure>
      <system-out>src/a.ts:3:7 &lt;wrong&gt;
::error::not ours</system-out>
    </testcase>
    <testcase name="all" classname="task" time="0.000">
      <skipped message="not started: lint failed"/>
    </testcase>
  </testsuite>
</testsuites>
`,
  )
})

t.test('what did not have to run has passed, in no time, and says so; attempts are told', async t => {
  const text = rendered(junitRenderer(traces), cachedRun())
  t.match(text, '<testsuite name="task site docs" tests="7" failures="0" errors="0" skipped="0" time="0.260"')
  const said = [...text.matchAll(/name="(\w+)" classname="task" time="([\d.]+)">\s*<system-out>(.*)</g)]
  t.same(
    said.map(match => match.slice(1)),
    [
      ['gen', '0.000', 'up to date'],
      ['types', '0.000', 'restored 3 files: src/a.ts changed'],
      ['seed', '0.000', 'done in the run that is resumed'],
      ['lint', '0.097', 'attempt 1: make lint exited with code 2'],
      ['docs', '0.000', 'up to date'],
    ],
  )
})

t.test('a cancelled run does not pass', async t => {
  const text = rendered(junitRenderer(traces), cancelledRun())
  t.match(text, /<testsuite .*failures="0" errors="1" skipped="3"/)
  t.match(text, '<error message="did not stop, and is left: the run was cancelled" type="Cancelled"/>')
})

t.test('of a long log the end is told', async t => {
  const events = failingRun()
  const line = events.findIndex(event => event.type === 'task-log' && event.name === 'lint')
  const many = Array.from({ length: 300 }, (_, i) => ({ source: 'task', line: `line ${i}` }) as const)
  events.splice(line, 2, ...many.map(log => ({ type: 'task-log', name: 'lint', ...log, at: 0 }) as const))
  t.match(rendered(junitRenderer(traces), events), '<system-out>… 100 lines left out …\nline 100\n')
})

t.test('a parser reads it, whatever was thrown or said', async t => {
  const texts = errors.map(error => rendered(junitRenderer(traces), failingRun(error)))
  const nasty = new Error('\x00 \x1b[1m \ud800 \ufffe ]]> <!-- & "quoted"\n\tnext')
  texts.push(
    rendered(junitRenderer(traces), failingRun(nasty)),
    rendered(junitRenderer(traces), []),
    rendered(junitRenderer(traces), cachedRun()),
  )
  const read =
    'import sys, json, xml.etree.ElementTree as e\nfor x in json.load(sys.stdin): e.fromstring(x.encode())'
  const { status, stderr } = spawnSync('python3', ['-c', read], { input: JSON.stringify(texts) })
  t.equal(status, 0, stderr.toString())
})

t.test('escapes', async t => {
  t.equal(xmlText('a < b && c > d "e"\x07'), 'a &lt; b &amp;&amp; c &gt; d "e"')
  t.equal(xmlAttributes({ a: '"1"\n<2>', n: 3 }), ' a="&quot;1&quot;&#10;&lt;2&gt;" n="3"')
})
