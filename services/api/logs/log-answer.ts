import type { LogFormat } from './log-format.ts'
import type { LogPlace } from './log-place.ts'
import type { LogSource } from './log-source.ts'

/** How a log is answered over HTTP. 204: to who has been told everything, so that an EventSource asks no more. */
export type LogAnswer =
  | { readonly status: 204 }
  | {
      readonly status: 200 | 206
      readonly format: LogFormat
      readonly source: LogSource
      readonly headers: Readonly<Record<string, string>>
      /** How many bytes the headers promise; undefined where they do not. */
      readonly length?: number
      /** Where the reader stands at the beginning; undefined where it has been told nothing. */
      readonly place?: LogPlace | undefined
    }
