import type { FailureReport, ReportFrame, ReportVariable } from '../../../contract/debug-report.ts'
import { cutText } from '../cut-text.ts'

/** What is kept of a report. The first level that fits is taken. */
type Level = {
  readonly frames: number
  /** Lines above and below that of a frame. */
  readonly above: number
  readonly below: number
  /** Variables of the innermost frame that is told, and of the others. */
  readonly first: number
  readonly others: number
  /** Characters of a value, and of the exception's text. */
  readonly value: number
  readonly message: number
  /** Characters of each stream that a test framework has kept back. */
  readonly captured: number
}

export const widest: Level = {
  frames: 6,
  above: 4,
  below: 2,
  first: 14,
  others: 8,
  value: 300,
  message: 1_000,
  captured: 600,
}
const levels: readonly Level[] = [
  widest,
  { frames: 5, above: 3, below: 1, first: 10, others: 5, value: 160, message: 800, captured: 400 },
  { frames: 4, above: 2, below: 1, first: 8, others: 4, value: 100, message: 600, captured: 300 },
  { frames: 3, above: 1, below: 0, first: 6, others: 2, value: 60, message: 400, captured: 200 },
  { frames: 2, above: 0, below: 0, first: 4, others: 0, value: 40, message: 200, captured: 100 },
]
const mostLine = 200
const mostNames = 10

export const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value))

/** A report of at most so many bytes of JSON: what matters least is left out first, and named. */
export function fitReport(report: FailureReport, room: number): FailureReport {
  for (const level of levels) {
    const fitted = atLevel(report, level)
    if (bytesOf(fitted) <= room) return fitted
  }
  return { ...atLevel(report, levels[levels.length - 1] ?? widest), frames: [], threads: [], children: [] }
}

function atLevel(report: FailureReport, level: Level): FailureReport {
  const left: string[] = []
  const frames = report.frames.slice(0, level.frames).map((frame, at) => {
    const most = at === 0 ? level.first : level.others
    const gone = frame.variables.length - most
    if (gone > 0) left.push(`${gone} variables of frame ${frame.index}: debug.variables`)
    return shortFrame(frame, most, level)
  })
  const outer = report.frames.length - frames.length
  if (outer > 0) left.push(`${outer} outer frames: debug.stack`)
  const { exception, threads, children } = report
  const message = cutText(exception?.message ?? '', level.message)
  if (message.truncated) left.push("the end of the exception's text: debug.status")
  const captured = report.captured === null ? null : endsOf(report.captured, level.captured)
  if (captured?.cut === true) left.push('the beginning of what the test framework has captured')
  for (const [list, what] of [
    [threads, 'threads: debug.threads'],
    [children, 'children'],
  ] as const)
    if (list.length > mostNames) left.push(`${list.length - mostNames} ${what}`)
  return {
    ...report,
    exception:
      exception === null ? null : { type: cutText(exception.type, 200).value, message: message.value },
    frames,
    captured: captured?.value ?? null,
    threads: threads.slice(0, mostNames),
    children: children.slice(0, mostNames),
    left_out: [...report.left_out, ...left],
  }
}

function endsOf(captured: NonNullable<FailureReport['captured']>, most: number) {
  const { stdout, stderr, log } = captured
  const value = { stdout: endOf(stdout, most), stderr: endOf(stderr, most), log: endOf(log, most) }
  return { value, cut: Math.max(stdout.length, stderr.length, log.length) > most }
}

/** The last lines that fit, or the end of the last one. */
function endOf(text: string, most: number): string {
  if (text.length <= most) return text
  const end = text.slice(-most)
  const line = end.indexOf('\n') + 1
  return (line === end.length ? end : end.slice(line)).replace(/^[\uDC00-\uDFFF]/, '')
}

const shortFrame = (frame: ReportFrame, most: number, level: Level): ReportFrame => ({
  ...frame,
  name: cutText(frame.name, mostLine).value,
  source: frame.source
    .filter(({ line }) => line >= frame.line - level.above && line <= frame.line + level.below)
    .map(({ line, text }) => ({ line, text: cutText(text, mostLine).value })),
  variables: frame.variables.slice(0, most).map(variable => shortVariable(variable, level)),
})

function shortVariable(variable: ReportVariable, level: Level): ReportVariable {
  const most = variable.named ? level.value : Math.ceil(level.value / 2)
  const { value, truncated } = cutText(variable.value, most)
  return {
    ...variable,
    ...{ name: cutText(variable.name, 80).value, value, truncated: variable.truncated || truncated },
    type: variable.type === null ? null : cutText(variable.type, 80).value,
    parts: variable.parts.map(part => ({
      name: cutText(part.name, 80).value,
      value: cutText(part.value, Math.ceil(most / 2)).value,
    })),
  }
}
