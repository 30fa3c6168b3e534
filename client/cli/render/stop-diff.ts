import { visible } from '../../../lib/visible.ts'
import type { DiffFrame, StopDiff, VariableChange } from '../../../services/contract/debug-diff.ts'
import type { RenderContext } from '../words/words.ts'
import { placeOf } from './debug-session.ts'

/** What changed, a line each: `+` what came, `-` what is gone, `~` what is another now. */
export function renderStopDiff(diff: StopDiff, { paint }: Pick<RenderContext, 'paint'>): string {
  const { from, to, frames, stack, note, left_out } = diff
  const lines = [from, to].flatMap((stop, at) =>
    stop === null ? [] : [stopLine(stop, at === 0 && to !== null)],
  )
  const frameLine = (sign: string, frame: DiffFrame) =>
    `${sign} frame ${visible(frame.name)} ${placeOf(frame)}`
  lines.push(...stack.left.map(frame => paint('red', frameLine('-', frame))))
  lines.push(...stack.entered.map(frame => paint('green', frameLine('+', frame))))
  for (const { name, file, from: before, to: after, variables } of frames) {
    const moved = before === after ? '' : ` (was at line ${before})`
    lines.push(paint('bold', `${visible(name)} ${placeOf({ file, line: after })}${moved}`))
    for (const variable of variables) {
      lines.push(changeLine('  ', variable, paint))
      lines.push(...variable.parts.map(part => changeLine('      ', part, paint)))
    }
  }
  if (note !== null) lines.push(visible(note))
  else if (frames.length + stack.left.length + stack.entered.length === 0) lines.push('nothing changed')
  if (left_out.length > 0) lines.push(paint('dim', `left out: ${visible(left_out.join('; '))}`))
  return `${lines.join('\n')}\n`
}

function stopLine({ number, reason, frame }: NonNullable<StopDiff['to']>, isFirst: boolean): string {
  const at = frame === null ? '' : ` in ${visible(frame.name)} at ${placeOf(frame)}`
  return `${isFirst ? 'from' : 'to'} stop ${number} (${visible(reason)})${at}`
}

function changeLine(
  indent: string,
  { name, kind, before, after }: Pick<VariableChange, 'name' | 'kind' | 'before' | 'after'>,
  paint: RenderContext['paint'],
): string {
  switch (kind) {
    case 'added':
      return paint('green', `${indent}+ ${visible(`${name} = ${after}`)}`)
    case 'gone':
      return paint('red', `${indent}- ${visible(`${name} = ${before}`)}`)
    case 'changed':
      return before === after
        ? `${indent}~ ${visible(name)}`
        : `${indent}~ ${visible(`${name} = ${before} -> ${after}`)}`
  }
}
