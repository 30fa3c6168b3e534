import { z } from 'zod'
import { type TraceCarrier, traceCarrier } from '../../lib/trace.ts'

/** What hands the present request's trace on to whoever does what it asks for, as a row keeps it. */
export function presentTrace(): string | null {
  const carrier = traceCarrier()
  return carrier === undefined ? null : JSON.stringify(carrier)
}

const carrierSchema = z.record(z.string(), z.string())

export const traceOf = ({ trace_json }: { trace_json: string | null }): TraceCarrier | undefined =>
  trace_json === null ? undefined : carrierSchema.parse(JSON.parse(trace_json))
