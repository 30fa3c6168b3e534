import t from 'tap'
import type { EngineEvent } from '../../../tasks/engine/events.ts'
import { criticalPath, summaryRenderer } from '../../../tasks/reporters/run-summary.ts'
import { createStyle } from '../../../tasks/reporters/style.ts'
import { Timeline } from '../../../tasks/reporters/timeline.ts'
import { cachedRun, failingRun, idleRun, rendered, step } from './story.ts'

t.test('the summary', async t => {
  t.equal(
    rendered(summaryRenderer(createStyle(false)), failingRun()),
    `
Slowest tasks
  250 ms  build stopped
  200 ms  lint failed
  100 ms  gen

Critical path 350 ms, 2 tasks
  100 ms  gen
  250 ms  build stopped

Total 3 tasks, 550 ms of work in 353 ms: 1.6 at once, 2 allowed
`,
  )
  t.equal(rendered(summaryRenderer(createStyle(false)), []), '\nno task has run\n')
})

t.test('the summary tells what did not have to run', async t => {
  t.match(
    rendered(summaryRenderer(createStyle(false)), cachedRun()),
    `
Critical path 197 ms, 2 tasks
   97 ms  lint
  100 ms  site

Spared 4 of 7 tasks did not have to run: 2 up to date, 1 restored, 1 done before

Total 3 tasks, 227 ms of work in 260 ms: 0.9 at once, 2 allowed
`,
  )
  t.equal(rendered(summaryRenderer(createStyle(false)), idleRun()), '\nno task has run: 1,000 up to date\n')
})

t.test('the critical path leads through what did not have to run', async t => {
  const timeline = new Timeline()
  const steps = [step('a'), step('b', ['a']), step('c', ['b'])]
  const events: EngineEvent[] = [
    { type: 'run-started', run: '', plan: { targets: ['c'], steps }, jobs: 1, at: 0 },
    { type: 'task-started', name: 'a', why: [], at: 0 },
    { type: 'task-succeeded', name: 'a', durationMs: 5, at: 5 },
    { type: 'task-up-to-date', name: 'b', at: 5 },
    { type: 'task-started', name: 'c', why: [], at: 5 },
    { type: 'task-succeeded', name: 'c', durationMs: 7, at: 12 },
  ]
  for (const event of events) timeline.take(event)
  t.same(
    criticalPath(timeline).map(({ name }) => name),
    ['a', 'c'],
  )
})

t.test('the critical path equals the longest of all paths', async t => {
  let seed = 7
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31
    return Math.floor((seed / 2 ** 31) * below)
  }
  for (let round = 0; round < 200; round++) {
    const steps = Array.from({ length: 1 + random(9) }, (_, i) =>
      step(
        `t${i}`,
        Array.from({ length: i })
          .map((_, need) => `t${need}`)
          .filter(() => random(3) === 0),
      ),
    )
    const timeline = new Timeline()
    timeline.take({ type: 'run-started', run: '', plan: { targets: [], steps }, jobs: 1, at: 0 })
    for (const { name } of steps) {
      timeline.take({ type: 'task-started', name, why: [], at: 0 })
      timeline.take({ type: 'task-succeeded', name, durationMs: random(100), at: 0 })
    }
    const longestTo = (name: string): number => {
      const needs = steps.find(step => step.name === name)?.needs ?? []
      return (
        (timeline.spans.get(name)?.durationMs ?? 0) + Math.max(0, ...needs.map(need => longestTo(need.name)))
      )
    }
    const expected = Math.max(...steps.map(({ name }) => longestTo(name)))
    const path = criticalPath(timeline)
    t.equal(
      path.reduce((sum, { durationMs }) => sum + durationMs, 0),
      expected,
    )
    for (const [i, { name }] of path.entries()) {
      const before = path[i - 1]
      const needs = steps.find(step => step.name === name)?.needs ?? []
      if (before !== undefined) t.ok(needs.some(need => need.name === before.name))
    }
  }
})
