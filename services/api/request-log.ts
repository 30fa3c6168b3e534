import type { Context } from './context.ts'
import type { RequestFacts } from './metrics.ts'

/** Counts a request and logs one line of it, with no header, query or body: none of them can leak a secret. */
export function noteRequest({ log, metrics }: Pick<Context, 'log' | 'metrics'>, facts: RequestFacts): void {
  metrics.request(facts)
  const line = { ...facts, ms: Math.round(facts.ms * 1000) / 1000 }
  if (facts.status >= 500) log.error(line, 'request')
  else log.info(line, 'request')
}
