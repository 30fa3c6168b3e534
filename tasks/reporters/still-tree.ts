import type { Renderer } from './renderer.ts'
import { RunRecord } from './run-record.ts'
import type { Style } from './style.ts'
import { summaryLine } from './summary.ts'
import { finalRows, treeLines } from './tree-lines.ts'

/**
 * The tree of a run in which nothing runs, as the other one leaves it behind: it stands still, so nobody has to draw it anew, and a
 * terminal may break its lines.
 */
export function stillTreeRenderer(style: Style): Renderer {
  const record = new RunRecord()
  return {
    take(event) {
      record.take(event)
      if (event.type !== 'run-finished') return ''
      const lines = [
        ...treeLines(record, { now: event.at, rows: finalRows, spinner: '', style }),
        ...record.troubles.map(trouble => style.yellow(`warning: ${trouble}`)),
        summaryLine(event.outcome, record.counts(), event.durationMs, style),
      ]
      return `${lines.join('\n')}\n`
    },
    end: () => '',
  }
}
