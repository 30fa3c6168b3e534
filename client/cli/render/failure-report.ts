import { visible, visibleLines } from '../../../lib/visible.ts'
import type { FailureReport, ReportFrame, ReportVariable } from '../../../services/contract/debug-report.ts'
import type { RenderContext } from '../words/words.ts'
import { placeOf } from './debug-session.ts'
import { sourceLine } from './source-line.ts'

/** A failure as a person reads it: what failed, where with which values, and what was written before. */
export function renderFailureReport(report: FailureReport, { paint }: Pick<RenderContext, 'paint'>): string {
  const { frames, output, captured, threads, children, left_out } = report
  const [first, ...rest] = headline(report)
  const lines = [
    paint(report.outcome === 'passed' ? 'green' : 'red', first ?? ''),
    ...rest.map(line => `  ${line}`),
  ]
  if (report.parent !== null)
    lines.push(`in process ${report.process} (${report.debug}), which ${report.parent} has started`)
  for (const frame of frames) lines.push(...frameLines(frame, paint))
  for (const { id, name, at } of threads)
    lines.push(`thread ${id} ${visible(name)}: ${at === null ? 'nobody knows where' : visible(at)}`)
  for (const { pid, command, debug, at } of children) {
    const where = debug === null ? '' : ` (${debug}${at === null ? '' : `, at ${visible(at)}`})`
    lines.push(`child ${pid}: ${visible(command)}${where}`)
  }
  const written = [
    ...Object.entries(output),
    ...Object.entries(captured ?? {}).map(([name, text]) => [`${name} of the test`, text] as const),
  ]
  for (const [name, text] of written) {
    if (text === '') continue
    lines.push(paint('bold', `${name}:`), ...visibleLines(text.trimEnd()).map(line => `  ${line}`))
  }
  if (left_out.length > 0) lines.push(paint('dim', `left out: ${visible(left_out.join('; '))}`))
  return `${lines.join('\n')}\n`
}

function headline({ outcome, exception, signal, exit_code, end }: FailureReport): string[] {
  switch (outcome) {
    case 'exception':
    case 'assertion':
      if (exception === null) return [`${outcome}: ${signal}`]
      return visibleLines(
        `${outcome}: ${exception.type}${exception.message === '' ? '' : `: ${exception.message}`}`,
      )
    case 'signal':
      return [`signal: ${signal}`]
    case 'exit':
      return [`exit: code ${exit_code}`]
    case 'passed':
      return ['passed: it ended with code 0']
    case 'timeout':
      return [
        end === null ? 'timeout: it has not failed or ended in time' : `timeout: ${visible(end.message)}`,
      ]
    case 'ended':
      return visibleLines(`ended (${end?.reason}): ${end?.message}`)
  }
}

function frameLines(frame: ReportFrame, paint: RenderContext['paint']): string[] {
  const { index, name, line, folded, source, variables } = frame
  const between =
    folded === 0 ? [] : [paint('dim', `   ${folded} ${folded === 1 ? 'frame' : 'frames'} of libraries`)]
  const text = source.map(one => {
    const shown = sourceLine(one.line, one.text).trimEnd()
    return one.line === line ? paint('bold', `>${shown.slice(1)}`) : shown
  })
  return [
    ...between,
    `${paint('bold', `#${index}`)} ${visible(name)} ${placeOf(frame)}`,
    ...text,
    ...variables.map(variableLine),
  ]
}

function variableLine({ name, value, truncated, type, parts }: ReportVariable): string {
  const inside = parts.map(part => `${part.name}=${part.value}`).join(', ')
  const shown = `${value}${truncated ? ' …' : ''}${inside === '' ? '' : ` with ${inside}`}`
  return `      ${visible(name)} = ${visible(shown)}${type === null || type === '' ? '' : ` (${visible(type)})`}`
}
