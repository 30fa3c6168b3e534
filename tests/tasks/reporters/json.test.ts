import { readFileSync } from 'node:fs'
import t from 'tap'
import type { EngineEvent } from '../../../tasks/engine/events.ts'
import { jsonRenderer } from '../../../tasks/reporters/json.ts'
import { jsonEvent, jsonTrouble } from '../../../tasks/reporters/json-events.ts'
import { changes, troubles } from './changes.ts'
import { cachedRun, cancelledRun, errors, failingRun, rendered, traces } from './story.ts'

const lines = (text: string): unknown[] =>
  text
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))

t.test('every event has the declared form, whatever was thrown', async t => {
  const seen = new Set<string>()
  for (const events of [...errors.map(failingRun), cancelledRun(), cachedRun()]) {
    for (const { type } of events) seen.add(type)
    const parsed = lines(rendered(jsonRenderer(traces), events))
    t.equal(parsed.length, events.length, 'one line each')
    for (const line of parsed) t.same(jsonEvent.parse(line), line)
  }
  const declared = jsonEvent.options.map(({ shape }) => shape.type.value)
  t.same([...seen].sort(), declared.sort(), 'the stories have every kind')
})

t.test('every change and every trouble has the declared form', async t => {
  const started: EngineEvent = { type: 'task-started', name: 'a', why: changes, at: 0 }
  t.same(JSON.parse(jsonRenderer(traces).take(started)), jsonEvent.parse(JSON.parse(JSON.stringify(started))))
  t.equal(new Set(changes.map(({ kind }) => kind)).size, 13)
  for (const trouble of troubles) {
    const event: EngineEvent = { type: 'run-trouble', trouble, at: 0 }
    t.same(jsonEvent.parse(JSON.parse(jsonRenderer(traces).take(event))), event)
  }
})

t.test('the first line tells version and plan, a failure what to do next', async t => {
  const [first, ...rest] = lines(rendered(jsonRenderer(traces), failingRun()))
  t.match(first, { type: 'run-started', version: 1, run: 'r1', jobs: 2, targets: ['all'] })
  t.match(first, {
    tasks: [{ name: 'gen' }, { name: 'build', needs: ['gen'], words: ['--fast'], rest: ['-v'] }],
  })
  t.match(
    rest.find(line => jsonEvent.parse(line).type === 'task-failed'),
    {
      name: 'lint',
      command: 'npx task lint',
      logFile: 'logs/lint.log',
      error: { kind: 'command', command: 'make lint', fault: { kind: 'exit', code: 2 } },
    },
  )
})

t.test('what tasks say is escaped, not lost', async t => {
  const [event] = failingRun().filter(({ type }) => type === 'task-log')
  if (event === undefined) throw new Error('the story has a log')
  t.match(JSON.parse(jsonRenderer(traces).take(event)), { line: 'made \x1b[2J& kept' })
})

t.test('the page names every event, and every trouble', async t => {
  const page = readFileSync(new URL('../../../docs/tasks.md', import.meta.url), 'utf8')
  for (const { shape } of jsonEvent.options) t.ok(page.includes(`\`${shape.type.value}\``), shape.type.value)
  for (const { shape } of jsonTrouble.options)
    t.ok(page.includes(`\`${shape.kind.value}\``), shape.kind.value)
})
