import type { IncomingHttpHeaders } from 'node:http'
import type { Context } from '../context.ts'
import { done, type Outcome } from '../outcome.ts'
import type { LogAnswer } from './log-answer.ts'
import { acceptedFormat } from './log-format.ts'
import { rangedLog } from './log-range.ts'
import { resumedLog } from './log-resume.ts'
import type { LogSource } from './log-source.ts'

/** What the headers of a request make of what its address asks for. */
export async function answerLog(
  context: Context,
  source: LogSource,
  headers: IncomingHttpHeaders,
): Promise<Outcome<LogAnswer>> {
  const format = acceptedFormat(headers.accept)
  switch (format) {
    case 'json':
      return done({ status: 200, format, source, headers: {} })
    case 'text':
      return rangedLog(context, source, headers)
    case 'events':
      return resumedLog(context, source, headers)
  }
}
