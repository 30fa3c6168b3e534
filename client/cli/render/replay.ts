import { visible, visibleLines } from '../../../lib/visible.ts'
import type { DebugReplay } from '../../../services/contract/debug-replay.ts'
import { bytesOf } from '../../sdk/log-bytes.ts'
import type { RenderContext } from '../words/words.ts'
import { standing } from './debug-session.ts'
import { sourceLine } from './source-line.ts'
import { renderStack } from './stack.ts'
import { renderVariables } from './variables.ts'

/** What is known of a stop, part by part, and what is not. */
export function renderReplay(replay: DebugReplay, context: RenderContext): string {
  const { stop, at, by, stops, frames, variables, evaluated, output, missing } = replay
  const bold = (text: string) => context.paint('bold', text)
  const whose = by === null ? '' : `, by ${visible(by.user)}`
  const parts = [`stop ${stop.number} of ${stops.first} to ${stops.last}, at ${at}${whose}\n`]
  parts.push(`${standing({ status: 'stopped', stop, end: null })}\n`)
  if (stop.frame?.source != null) parts.push(`${sourceLine(stop.frame.line, stop.frame.source)}\n`)
  if (stop.description !== null || stop.text !== null)
    parts.push(`  ${visible([stop.description, stop.text].filter(text => text !== null).join(': '))}\n`)
  if (frames !== null && frames.length > 0) parts.push(`${bold('stack')}\n`, renderStack(frames, context))
  if (variables !== null) parts.push(`${bold('variables')}\n`, renderVariables(variables, context))
  if (evaluated.length > 0) {
    const lines = evaluated.map(
      ({ expression, value, error }) => `${visible(expression)} = ${visible(value ?? `(${error})`)}\n`,
    )
    parts.push(`${bold('evaluated')}\n`, ...lines)
  }
  const written = Buffer.concat(output.chunks.map(bytesOf)).toString().trimEnd()
  if (written !== '')
    parts.push(`${bold('output by then')}\n`, ...visibleLines(written).map(line => `${line}\n`))
  if (missing.length > 0) parts.push(...missing.map(text => `not recorded: ${visible(text)}\n`))
  return parts.join('')
}
