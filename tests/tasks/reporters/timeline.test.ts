import t from 'tap'
import type { EngineEvent } from '../../../tasks/engine/events.ts'
import { criticalPath, summaryRenderer } from '../../../tasks/reporters/run-summary.ts'
import { createStyle } from '../../../tasks/reporters/style.ts'
import { Timeline } from '../../../tasks/reporters/timeline.ts'
import { traceRenderer } from '../../../tasks/reporters/trace.ts'
import { cancelledRun, failingRun, rendered, start } from './story.ts'

interface TraceEvent {
  readonly ph: string
  readonly name: string
  readonly tid: number
  readonly ts: number
  readonly dur?: number
  readonly id?: number
  readonly args?: Readonly<Record<string, unknown>>
}

function traceOf(events: readonly EngineEvent[]): TraceEvent[] {
  const { traceEvents }: { traceEvents: TraceEvent[] } = JSON.parse(rendered(traceRenderer(), events))
  return traceEvents
}

t.test('a lane for each slot, a slice for each task, an arrow for each need', async t => {
  const events = traceOf(failingRun())
  const slices = events.filter(({ ph }) => ph === 'X')
  t.match(slices, [
    { name: 'gen', tid: 1, ts: 1000, dur: 100_000, args: { end: 'succeeded' } },
    { name: 'build', tid: 1, ts: 102_000, dur: 250_000, args: { end: 'aborted' } },
    {
      name: 'lint',
      tid: 2,
      ts: 103_000,
      dur: 200_000,
      args: { end: 'failed', error: 'make lint exited with code 2' },
    },
  ])
  t.same(
    events.filter(({ ph }) => ph === 's').map(({ id, tid }) => [id, tid]),
    [
      [1, 1],
      [2, 1],
    ],
  )
  t.match(
    events.filter(({ ph }) => ph === 'f'),
    [
      { id: 1, tid: 1, ts: 102_000 },
      { id: 2, tid: 2, ts: 103_000 },
    ],
  )
  t.match(
    events.filter(({ ph }) => ph === 'i'),
    [{ name: 'processes ended: left-behind', tid: 1 }],
  )
  t.match(
    traceOf(cancelledRun()).filter(({ ph }) => ph === 'i'),
    [{ name: 'cancelled', ts: 5000 }],
  )
})

t.test('slices of a lane never overlap, and each flow begins within its slice', async t => {
  const steps = Array.from({ length: 50 }, (_, i) => ({
    name: `t${i}`,
    describe: '',
    needs: i === 0 ? [] : [{ key: 'a', name: `t${i - 1}` }],
    args: [],
  }))
  // A clock that stands still, and then goes back by a minute.
  const at = (i: number) => (i < 25 ? start : start - 60_000)
  const events = traceOf([
    { type: 'run-started', plan: { targets: ['t49'], steps }, jobs: 1, at: start },
    ...steps.flatMap(({ name }, i): EngineEvent[] => [
      { type: 'task-started', name, at: at(i) },
      { type: 'task-succeeded', name, durationMs: 0, at: at(i) },
    ]),
    { type: 'run-finished', outcome: 'succeeded', durationMs: 0, at: start },
  ])
  const slices = events.filter(({ ph }) => ph === 'X').sort((a, b) => a.ts - b.ts)
  t.equal(slices.length, 50)
  for (const [i, { ts }] of slices.entries()) {
    const before = slices[i - 1]
    if (before !== undefined) t.ok(before.ts + (before.dur ?? 0) <= ts)
  }
  for (const flow of events.filter(({ ph }) => ph === 's'))
    t.ok(slices.some(({ ts, dur = 0 }) => ts <= flow.ts && flow.ts < ts + dur))
})

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

t.test('the critical path equals the longest of all paths', async t => {
  let seed = 7
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) % 2 ** 31
    return Math.floor((seed / 2 ** 31) * below)
  }
  for (let round = 0; round < 200; round++) {
    const steps = Array.from({ length: 1 + random(9) }, (_, i) => ({
      name: `t${i}`,
      describe: '',
      args: [],
      needs: Array.from({ length: i })
        .map((_, need) => ({ key: `t${need}`, name: `t${need}` }))
        .filter(() => random(3) === 0),
    }))
    const timeline = new Timeline()
    timeline.take({ type: 'run-started', plan: { targets: [], steps }, jobs: 1, at: 0 })
    for (const { name } of steps) {
      timeline.take({ type: 'task-started', name, at: 0 })
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
