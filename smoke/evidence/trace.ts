import { z } from 'zod'
import type { StepRecord } from '../steps.ts'

/** Chrome's trace event format, as the engine writes it: the part of it that is read here. */
const traceSchema = z.looseObject({
  otherData: z.looseObject({ started: z.iso.datetime() }),
  traceEvents: z.array(z.looseObject({ ts: z.number().optional() })),
})

/** The engine's process has 1 there. */
const pid = 2

/**
 * Adds what the harness did itself, in a track of its own, to the trace of the phases, whose times are counted from the beginning of all then. Undefined
 * where there is no trace that is whole.
 */
export function traceWith(text: string, steps: readonly StepRecord[]): string | undefined {
  const trace = traceIn(text)
  if (trace === undefined) return undefined
  const phases = Date.parse(trace.otherData.started)
  const started = Math.min(phases, ...steps.map(({ at }) => at))
  const events = [
    ...trace.traceEvents.map(event =>
      event.ts === undefined ? event : { ...event, ts: event.ts + (phases - started) * 1_000 },
    ),
    { ph: 'M', name: 'process_name', pid, tid: 0, args: { name: 'smoke' } },
    ...steps.map(step => ({
      ...{ ph: 'X', cat: 'step', name: step.name, pid, tid: 0, ts: (step.at - started) * 1_000 },
      ...{ dur: Math.max(1, 'ms' in step ? step.ms * 1_000 : 0), args: { end: step.outcome } },
    })),
  ]
  const { traceEvents: _, ...rest } = trace
  const told = { ...rest, otherData: { ...trace.otherData, started: new Date(started).toISOString() } }
  return `${JSON.stringify({ ...told, traceEvents: events })}\n`
}

function traceIn(text: string) {
  try {
    return traceSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
