import { visible } from '../../../lib/visible.ts'
import type { Frame, Thread } from '../../../services/contract/debug-resources.ts'
import type { RenderContext } from '../words/words.ts'
import { placeOf } from './debug-session.ts'
import { table } from './table.ts'

/** Each frame in a line, and beneath it the text of its line of source. */
export const renderStack = (frames: readonly Frame[], { paint }: Pick<RenderContext, 'paint'>): string =>
  frames.length === 0
    ? 'no frames\n'
    : frames
        .map(frame => {
          const source = frame.source?.trim() ?? ''
          const beneath = source === '' ? '' : `     ${visible(source)}\n`
          return `${paint('bold', `#${frame.index}`)} ${visible(frame.name)} ${placeOf(frame)}\n${beneath}`
        })
        .join('')

export const renderThreads = (threads: readonly Thread[], context: RenderContext): string =>
  threads.length === 0
    ? 'no threads\n'
    : table(
        threads,
        [
          { title: 'ID', cell: row => String(row.id) },
          { title: 'NAME', cell: row => row.name, flexible: true },
        ],
        context,
      )
