import { type FailureReport, mostReportBytes } from '../../contract/debug-report.ts'
import type { LogStream } from '../../contract/log-message.ts'
import { type DebugSessionJoined, getDebugSession } from '../../store/debug-sessions.ts'
import type { Context } from '../context.ts'
import { recordedLength } from '../logs/log-length.ts'
import { logOf } from '../logs/masked-log.ts'
import { coveredValue } from './covered-value.ts'
import { saidOfFailure } from './said-of-failure.ts'

/** What a report has room for at the most, of both streams together, and at the least, in bytes of JSON. */
const mostOutput = 2_400
const leastOutput = 400

/** A report with what only the server's own files tell: the end of the output; and without the session's secrets. */
export async function completedReport(
  context: Context,
  debug: DebugSessionJoined,
  report: FailureReport,
): Promise<FailureReport> {
  const masked = await coveredValue(context, debug.session_id, report)
  const room = Math.max(leastOutput, Math.min(mostOutput, mostReportBytes - bytesOf(masked)))
  const [stdout, stderr] = await Promise.all([
    endOf(context, debug, 'stdout', room),
    endOf(context, debug, 'stderr', room),
  ])
  // What one does not need is the other's.
  const half = room / 2
  const forStderr = Math.max(half, room - Math.min(half, bytesOf(stdout.text)))
  const err = fitted(stderr.text, forStderr)
  const out = fitted(stdout.text, room - bytesOf(err))
  const cut = stdout.cut || stderr.cut || out !== stdout.text || err !== stderr.text
  const left_out = cut ? [...masked.left_out, 'earlier output: debug.output'] : masked.left_out
  const exception = saidOfFailure(masked, stderr.text)
  return { ...masked, exception, output: { stdout: out, stderr: err }, left_out }
}

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value))

/** The last bytes of a stream, from the beginning of a line on where there is one. */
async function endOf(context: Context, { id }: DebugSessionJoined, stream: LogStream, most: number) {
  const now = await getDebugSession(context.store, id)
  if (now === undefined) return { text: '', cut: false }
  try {
    await using log = logOf(context, now.row, stream)
    const end = await log.end(recordedLength(now.row, stream))
    const from = Math.max(0, end - most)
    const text = (await log.read(from, end - from)).toString('utf8')
    return { text: from === 0 ? text : fromLine(text), cut: from > 0 }
  } catch {
    // It has expired, or its disk fails: the failure is told all the same.
    return { text: '', cut: true }
  }
}

const fromLine = (text: string): string => text.slice(text.indexOf('\n') + 1)

/** The last lines that fit, or the end of the last one. */
function fitted(text: string, room: number): string {
  let rest = text
  while (bytesOf(rest) > room) {
    const shorter = fromLine(rest)
    rest = shorter === rest || shorter === '' ? rest.slice(Math.ceil(rest.length / 4)) : shorter
  }
  return rest.replace(/^[\uDC00-\uDFFF]/, '')
}
