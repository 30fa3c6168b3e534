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

/**
 * Chrome's trace event format (a JSON object with `traceEvents`), which Perfetto and `chrome://tracing` open: a lane
 * for each slot of the run, a slice for each task, an arrow from each need to the task that waited for it.
 */
export function traceRenderer(): Renderer {
  const timeline = new Timeline()
  const errors = new Map<string, string>()
  const marks: { readonly name: string; readonly at: number; readonly task: string | undefined }[] = []
  return {
    take(event) {
      timeline.take(event)
      if (event.type === 'task-failed') errors.set(event.name, reasonLines(event.error)[0] ?? 'failed')
      if (event.type === 'run-cancelled') marks.push({ name: 'cancelled', at: event.at, task: undefined })
      if (event.type === 'task-processes-ended')
        marks.push({ name: `processes ended: ${event.cause}`, at: event.at, task: event.name })
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
      events.push(...arrows(timeline, slices))
      for (const { name, at, task } of marks) {
        const lane = slices.get(task ?? '')?.lane
        const ts = Math.max(0, (at - timeline.started) * 1000)
        events.push({ ph: 'i', name, pid: process, tid: lane ?? 0, ts, s: lane === undefined ? 'g' : 't' })
      }
      const metadata = { started: new Date(timeline.started).toISOString(), jobs: timeline.jobs }
      const lines = events.map(event => JSON.stringify(event)).join(',\n')
      return `{"displayTimeUnit":"ms","otherData":${JSON.stringify(metadata)},"traceEvents":[\n${lines}\n]}\n`
    },
  }
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
