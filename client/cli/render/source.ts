import { visible, visibleLines } from '../../../lib/visible.ts'
import type { Output } from '../../sdk/operation-types.ts'
import type { RenderContext } from '../words/words.ts'
import { sourceLine } from './source-line.ts'

/** Lines with their numbers; an arrow at the one in the middle. */
export function renderSourceWindow(
  { file, reference, line, first, lines }: Output<'debug.source'>,
  { paint }: Pick<RenderContext, 'paint'>,
): string {
  const title = file === null ? `(generated source ${reference})` : visible(file)
  const numbered = lines.map((text, at) => {
    const shown = sourceLine(first + at, text)
    return first + at === line ? paint('bold', `->${shown.slice(2)}`) : shown
  })
  return `${[title, ...numbered].join('\n')}\n`
}

/** The exception, and where it was raised as its language writes that. */
export function renderException({ id, description, message, stack }: Output<'debug.exception'>): string {
  const text = message ?? description
  const title = text === null || text === '' ? id : `${id}: ${text}`
  return `${[...visibleLines(title), ...visibleLines((stack ?? '').trimEnd())].filter(line => line !== '').join('\n')}\n`
}
