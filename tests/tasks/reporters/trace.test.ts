import t from 'tap'
import type { EngineEvent } from '../../../tasks/engine/events.ts'
import { traceRenderer } from '../../../tasks/reporters/trace.ts'
import { cachedRun, cancelledRun, exited, failingRun, rendered, start, step } from './story.ts'

interface TraceEvent {
  readonly ph: string
  readonly name: string
  readonly tid: number
  readonly ts: number
  readonly dur?: number
  readonly s?: string
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
  const steps = Array.from({ length: 50 }, (_, i) => step(`t${i}`, i === 0 ? [] : [`t${i - 1}`]))
  // A clock that stands still, and then goes back by a minute.
  const at = (i: number) => (i < 25 ? start : start - 60_000)
  const events = traceOf([
    { type: 'run-started', run: '', plan: { targets: ['t49'], steps }, jobs: 1, at: start },
    ...steps.flatMap(({ name }, i): EngineEvent[] => [
      { type: 'task-started', name, why: [], at: at(i) },
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

t.test('a service holds its slot until it is ready, and has a track of its own from then on', async t => {
  const events = traceOf(cachedRun())
  t.match(
    events.filter(({ ph }) => ph === 'X'),
    [
      { name: 'db', tid: 1, ts: 22_000, dur: 30_000, args: { end: 'succeeded' } },
      { name: 'lint', tid: 1, ts: 53_000, dur: 97_000 },
      { name: 'site', tid: 1, ts: 151_000, dur: 100_000 },
    ],
  )
  t.match(
    events.filter(({ ph }) => ph === 'b' || ph === 'e'),
    [
      { ph: 'b', name: 'db', id: 1, ts: 52_000 },
      { ph: 'e', name: 'db', id: 1, ts: 260_000 },
    ],
  )
  t.match(
    events.filter(({ ph }) => ph === 'i'),
    [
      { name: 'types waits for process 1234', tid: 0, s: 'p' },
      { name: 'types restored', tid: 0, s: 'p', args: { files: 3, why: ['src/a.ts changed'] } },
      { name: 'attempt 1 of 3 failed', tid: 1, s: 't', args: { error: 'make lint exited with code 2' } },
    ],
  )
})

t.test('a service that fails or is stopped, and one that a lost run leaves', async t => {
  const run = (...more: EngineEvent[]): EngineEvent[] => [
    { type: 'run-started', run: '', plan: { targets: ['db'], steps: [step('db')] }, jobs: 1, at: start },
    { type: 'task-started', name: 'db', why: [], at: start },
    { type: 'task-ready', name: 'db', durationMs: 10, at: start + 10 },
    ...more,
  ]
  const failed = traceOf(
    run({ type: 'task-failed', name: 'db', durationMs: 50, error: exited, at: start + 50 }),
  )
  t.match(
    failed.filter(({ ph }) => ph === 'X'),
    [{ dur: 10_000, args: { end: 'failed', error: 'make lint exited with code 2' } }],
  )
  const left = traceOf(run())
  t.match(
    left.filter(({ ph }) => ph === 'b' || ph === 'e'),
    [{ ts: 10_000 }, { ts: 10_001 }],
  )
})
