import type * as Api from '@opentelemetry/api'

/** A value of a span, as OpenTelemetry's semantic conventions name them. Never anything that may hold a secret. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>

/** What hands a trace on, as headers: `traceparent` and what else the configured propagators write (W3C Trace Context). */
export type TraceCarrier = Readonly<Record<string, string>>

export type SpanOptions = {
  readonly kind?: 'server' | 'consumer'
  readonly attributes?: () => Attributes
  /** What it belongs to, where that is not what is being done around it. */
  readonly from?: TraceCarrier | undefined
  /** When it began, in milliseconds since the epoch, where that is not now. */
  readonly startTime?: number | undefined
}

/** A span that has begun. */
export type OpenSpan = {
  /** Does work that belongs to it. */
  within<T>(work: () => T): T
  annotate(attributes: Attributes): void
  /** `failed`: what came of it is an error. */
  end(failed?: boolean): void
}

/** What there is when traces are on: the library, which nothing else loads. */
export type Tracing = { readonly api: typeof Api; readonly tracer: Api.Tracer }

let tracing: Tracing | undefined

/** Switches traces on, or off again; see `startTracing`. */
export function setTracing(to: Tracing | undefined): void {
  tracing = to
}

/** What there is of a span where traces are off. */
export const silent: OpenSpan = { within: work => work(), annotate: () => undefined, end: () => undefined }

/** Begins a span, which whoever begins it ends. Costs nothing where traces are off. */
export function openSpan(name: string, options: SpanOptions = {}): OpenSpan {
  if (tracing === undefined) return silent
  const { api, tracer } = tracing
  const { from, startTime, attributes } = options
  const around =
    from === undefined ? api.context.active() : api.propagation.extract(api.ROOT_CONTEXT, { ...from })
  const span = tracer.startSpan(
    name,
    {
      kind: kindOf(api, options.kind),
      ...(attributes === undefined ? {} : { attributes: attributes() }),
      ...(startTime === undefined ? {} : { startTime }),
    },
    around,
  )
  const inside = api.trace.setSpan(around, span)
  return {
    within: work => api.context.with(inside, work),
    annotate: more => void span.setAttributes(more),
    end(failed = false) {
      if (failed) span.setStatus({ code: api.SpanStatusCode.ERROR })
      span.end()
    },
  }
}

/** Does work as a span of its own; what it throws is told as an error without its text, which might hold a secret. */
export async function withSpan<T>(
  name: string,
  options: SpanOptions,
  work: (span: OpenSpan) => Promise<T>,
): Promise<T> {
  const span = openSpan(name, options)
  let failed = true
  try {
    const result = await span.within(() => work(span))
    failed = false
    return result
  } finally {
    span.end(failed)
  }
}

/** Adds to the span of what is being done. */
export function annotate(attributes: () => Attributes): void {
  if (tracing === undefined) return
  tracing.api.trace.getActiveSpan()?.setAttributes({ ...attributes() })
}

/** What hands the present work's trace on; undefined where traces are off, or nothing is being traced. */
export function traceCarrier(): TraceCarrier | undefined {
  if (tracing === undefined) return undefined
  const carrier: Record<string, string> = {}
  tracing.api.propagation.inject(tracing.api.context.active(), carrier)
  return Object.keys(carrier).length === 0 ? undefined : carrier
}

/** The headers of a request that hand a trace on. */
export function carrierIn(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): TraceCarrier | undefined {
  if (tracing === undefined) return undefined
  const found: Record<string, string> = {}
  for (const field of tracing.api.propagation.fields()) {
    const value = headers[field.toLowerCase()]
    if (typeof value === 'string') found[field.toLowerCase()] = value
  }
  return found
}

/** Ids of the present work's span, named as OpenTelemetry names them in logs. */
export function traceIds(): { trace_id: string; span_id: string } | undefined {
  const span = tracing?.api.trace.getActiveSpan()?.spanContext()
  return span === undefined ? undefined : { trace_id: span.traceId, span_id: span.spanId }
}

function kindOf(api: typeof Api, kind: SpanOptions['kind']): Api.SpanKind {
  switch (kind) {
    case 'server':
      return api.SpanKind.SERVER
    case 'consumer':
      return api.SpanKind.CONSUMER
    case undefined:
      return api.SpanKind.INTERNAL
  }
}
