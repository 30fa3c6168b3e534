import { count, durationText, numeral } from './plain-text.ts'
import type { Renderer } from './renderer.ts'
import type { Style } from './style.ts'
import { sparedParts } from './summary.ts'
import { type Span, Timeline } from './timeline.ts'

const slowestShown = 10
const pathShown = 20

/**
 * What `--summary` shows after a run: the slowest tasks, the path that nothing could have made shorter, what
 * the cache spared, the totals.
 */
export function summaryRenderer(style: Style): Renderer {
  const timeline = new Timeline()
  return {
    take(event) {
      timeline.take(event)
      return ''
    },
    end: () => summaryText(timeline, style),
  }
}

function summaryText(timeline: Timeline, style: Style): string {
  const spans = [...timeline.spans.values()]
  const spared = sparedParts(timeline.spared)
  if (spans.length === 0) return `\nno task has run${spared.length === 0 ? '' : `: ${spared.join(', ')}`}\n`
  const slowest = [...spans].sort((a, b) => b.durationMs - a.durationMs).slice(0, slowestShown)
  const path = criticalPath(timeline)
  const work = sum(spans)
  const wide = timeline.durationMs > 0 ? work / timeline.durationMs : 1
  const left = Math.max(0, path.length - pathShown)
  const shown = left === 0 ? path : path.slice(0, pathShown)
  return [
    '',
    style.bold('Slowest tasks'),
    ...rows(slowest, style),
    '',
    `${style.bold('Critical path')} ${style.dim(`${durationText(sum(path))}, ${count(path.length, 'task')}`)}`,
    ...rows(shown, style),
    ...(left === 0 ? [] : [style.dim(`  … ${left} more`)]),
    '',
    ...(spared.length === 0 ? [] : [`${style.bold('Spared')} ${sparedText(timeline, spared)}`, '']),
    `${style.bold('Total')} ${count(spans.length, 'task')}, ${durationText(work)} of work in ${durationText(timeline.durationMs)}: ${wide.toFixed(1)} at once, ${timeline.jobs} allowed`,
    '',
  ].join('\n')
}

/** `12 of 20 tasks did not have to run: 10 up to date, 2 restored`. */
function sparedText({ spared, steps }: Timeline, parts: readonly string[]): string {
  const number = spared['up-to-date'] + spared.restored + spared.resumed
  return `${numeral(number)} of ${count(steps.length, 'task')} did not have to run: ${parts.join(', ')}`
}

/**
 * The chain of needs that took longest, first task first: with any number of jobs the run cannot be faster than it,
 * unless one of these tasks is. It may lead through tasks that did not have to run, which are not in it.
 */
export function criticalPath({ steps, spans }: Pick<Timeline, 'steps' | 'spans'>): Span[] {
  interface Reach {
    readonly span: Span
    readonly ms: number
    readonly before: Reach | undefined
  }
  const reaches = new Map<string, Reach>()
  let longest: Reach | undefined
  // Steps are in the order of their needs, so what a step needs has been reached.
  for (const { name, needs } of steps) {
    let before: Reach | undefined
    for (const need of needs) {
      const reach = reaches.get(need.name)
      if (reach !== undefined && (before === undefined || reach.ms > before.ms)) before = reach
    }
    const span = spans.get(name)
    const reach = span === undefined ? before : { span, ms: span.durationMs + (before?.ms ?? 0), before }
    if (reach === undefined) continue
    reaches.set(name, reach)
    if (longest === undefined || reach.ms > longest.ms) longest = reach
  }
  const path: Span[] = []
  for (let reach = longest; reach !== undefined; reach = reach.before) path.push(reach.span)
  return path.reverse()
}

function rows(spans: readonly Span[], style: Style): string[] {
  const times = spans.map(({ durationMs }) => durationText(durationMs))
  const width = Math.max(0, ...times.map(time => time.length))
  return spans.map(({ name, end }, i) => {
    const how = end === 'succeeded' ? '' : style.red(end === 'failed' ? ' failed' : ' stopped')
    return `  ${(times[i] ?? '').padStart(width)}  ${name}${how}`
  })
}

function sum(spans: readonly Span[]): number {
  return spans.reduce((total, { durationMs }) => total + durationMs, 0)
}
