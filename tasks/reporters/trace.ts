import type { EngineEvent } from '../engine/events.ts'
import { changeText } from './change-text.ts'
import { reasonLines } from './failure.ts'
import type { Renderer } from './renderer.ts'
import { type Span, Timeline } from './timeline.ts'

const process = 1
/** The shortest slice, in microseconds: viewers drop those without length, and nest those that begin together. */
const shortest = 1

interface Slice {
  readonly lane: number
  /** In microseconds since the run began. */
  readonly ts: number
  readonly dur: number
}

/** Something that happened at one moment: in the lane of a task that ran, to a task that did not, or to the run. */
interface Mark {
  readonly name: string
  readonly at: number
  readonly task: string | undefined
  readonly args?: Readonly<Record<string, unknown>>
}

/**
 * Chrome's trace event format (a JSON object with `traceEvents`), which Perfetto and `chrome://tracing` open: a lane
 * for each slot of the run, a slice for each task, an arrow from each need to the task that waited for it. A service
 * has a slice until it is ready, and from then on a track of its own. What was restored is a mark; what was up to date
 * is counted and not shown, for it took no time.
 */
export function traceRenderer(): Renderer {
  const timeline = new Timeline()
  const errors = new Map<string, string>()
  const marks: Mark[] = []
  return {
    take(event) {
      timeline.take(event)
      if (event.type === 'task-failed') errors.set(event.name, reasonLines(event.error)[0] ?? 'failed')
      const mark = markOf(event)
      if (mark !== undefined) marks.push(mark)
      return ''
    },
    end() {
      const slices = slicesOf(timeline)
      const events: object[] = [
        { ph: 'M', name: 'process_name', pid: process, tid: 0, args: { name: 'task' } },
      ]
      const lanes = new Set([...slices.values()].map(({ lane }) => lane))
      for (const lane of [...lanes].sort((a, b) => a - b))
        events.push({ ph: 'M', name: 'thread_name', pid: process, tid: lane, args: { name: `slot ${lane}` } })
      for (const [name, { lane, ts, dur }] of slices) {
        const end = timeline.spans.get(name)?.end
        const error = errors.get(name)
        const args = { end, ...(error !== undefined && { error }) }
        events.push({ ph: 'X', cat: 'task', name, pid: process, tid: lane, ts, dur, args })
      }
      events.push(...arrows(timeline, slices), ...services(timeline))
      for (const { name, at, task, args } of marks) {
        const lane = slices.get(task ?? '')?.lane
        const scope = task === undefined ? 'g' : lane === undefined ? 'p' : 't'
        const ts = Math.max(0, (at - timeline.started) * 1000)
        events.push({ ph: 'i', name, pid: process, tid: lane ?? 0, ts, s: scope, ...(args && { args }) })
      }
      const { jobs, spared } = timeline
      const metadata = {
        started: new Date(timeline.started).toISOString(),
        jobs,
        upToDate: spared['up-to-date'],
        restored: spared.restored,
      }
      const lines = events.map(event => JSON.stringify(event)).join(',\n')
      return `{"displayTimeUnit":"ms","otherData":${JSON.stringify(metadata)},"traceEvents":[\n${lines}\n]}\n`
    },
  }
}

function markOf(event: EngineEvent): Mark | undefined {
  switch (event.type) {
    case 'run-cancelled':
      return { name: 'cancelled', at: event.at, task: undefined }
    case 'task-processes-ended':
      return { name: `processes ended: ${event.cause}`, at: event.at, task: event.name }
    case 'task-retrying': {
      const name = `attempt ${event.attempt - 1} of ${event.attempts} failed`
      return { name, at: event.at, task: event.name, args: { error: reasonLines(event.error)[0] } }
    }
    case 'task-restored': {
      const args = { files: event.files, why: event.why.map(changeText) }
      return { name: `${event.name} restored`, at: event.at, task: event.name, args }
    }
    case 'task-waits':
      return { name: `${event.name} waits for process ${event.pid}`, at: event.at, task: event.name }
    default:
      return undefined
  }
}

/** An asynchronous slice for each service, from when it was ready until it ended, or the run did. */
function services({ services, started, durationMs }: Timeline): object[] {
  return [...services].flatMap(([name, { since, until = started + durationMs }], i) => {
    const from = Math.max(0, (since - started) * 1000)
    const to = Math.max(from + shortest, (until - started) * 1000)
    const slice = { cat: 'service', name, id: i + 1, pid: process, tid: 0 }
    return [
      { ph: 'b', ...slice, ts: from },
      { ph: 'e', ...slice, ts: to },
    ]
  })
}

/** Slices of one lane never overlap, also where a clock stood still or went back. */
function slicesOf({ spans, started }: Timeline): Map<string, Slice> {
  const free = new Map<number, number>()
  const inOrder = (a: Span, b: Span) => a.start - b.start
  return new Map(
    [...spans.values()].sort(inOrder).map(({ name, slot, start, durationMs }) => {
      const lane = slot + 1
      const ts = Math.max((start - started) * 1000, free.get(lane) ?? 0)
      const dur = Math.max(shortest, durationMs * 1000)
      free.set(lane, ts + dur)
      return [name, { lane, ts, dur }]
    }),
  )
}

/** A flow begins inside of the slice of a need, just before its end, and ends with the beginning of the other. */
function arrows({ steps }: Timeline, slices: ReadonlyMap<string, Slice>): object[] {
  let id = 0
  return steps.flatMap(step => {
    const to = slices.get(step.name)
    if (to === undefined) return []
    return [...new Set(step.needs.map(need => need.name))].flatMap(need => {
      const from = slices.get(need)
      if (from === undefined) return []
      const flow = { cat: 'need', name: 'needs', id: ++id, pid: process }
      const ts = from.ts + from.dur - shortest / 2
      return [
        { ph: 's', ...flow, tid: from.lane, ts },
        { ph: 'f', bp: 'e', ...flow, tid: to.lane, ts: to.ts },
      ]
    })
  })
}
