import type { Logger } from 'pino'

export type RequestFacts = {
  method: string | undefined
  /** The path's template, never the path: nothing that a client sent stands in the log. */
  route: string
  status: number
  /** Milliseconds. */
  ms: number
  request: string
  token: string | undefined
}

/** One line a request, with no header, query or body of it: none of them can leak a secret. */
export function logRequest(log: Logger, facts: RequestFacts): void {
  const line = { ...facts, ms: Math.round(facts.ms * 1000) / 1000 }
  if (facts.status >= 500) log.error(line, 'request')
  else log.info(line, 'request')
}
