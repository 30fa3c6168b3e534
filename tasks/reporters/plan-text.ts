import type { Verdict } from '../engine/forecast.ts'
import type { Plan } from '../engine/plan.ts'
import { count, numeral, plainLine } from './plain-text.ts'
import type { Style } from './style.ts'
import { verdictText } from './verdict.ts'

export interface PlanFacts {
  readonly jobs: number
  /** What each step would do, where that is known. */
  readonly verdicts: ReadonlyMap<string, Verdict>
  /** What the tasks tell of themselves. */
  readonly looks: ReadonlyMap<string, string>
}

/**
 * What would run, a line for each step, in the order in which one job would run them; beneath a step, what its look
 * told of it. The last line counts.
 */
export function planText({ steps }: Plan, { jobs, verdicts, looks }: PlanFacts, style: Style): string {
  const width = String(steps.length).length
  const lines = steps.map(({ name, needs, words, rest }, i) => {
    const number = String(i + 1).padStart(width)
    const typed = [...words, ...(rest.length > 0 ? ['--', ...rest] : [])].map(word => ` ${plainLine(word)}`)
    const verdict = verdicts.get(name)
    const does = verdict === undefined ? '' : `  ${dress(verdict, style)}`
    const after = needs.length > 0 ? `  after ${[...new Set(needs.map(need => need.name))].join(', ')}` : ''
    const look = looks.get(name)
    const beneath = look === undefined ? '' : `${' '.repeat(width + 4)}${style.dim(lookText(look))}\n`
    return `${number}  ${style.bold(name)}${typed.join('')}${does}${style.dim(after)}\n${beneath}`
  })
  const counts = countsText(steps.flatMap(({ name }) => verdicts.get(name) ?? []))
  const total = `${count(steps.length, 'task')}, ${jobs} at once${counts === '' ? '' : `: ${counts}`}`
  return `${lines.join('')}${style.dim(total)}\n`
}

function dress(verdict: Verdict, style: Style): string {
  const text = verdictText(verdict)
  switch (verdict.kind) {
    case 'runs':
    case 'always':
      return style.yellow(text)
    case 'fails':
      return style.red(text)
    case 'restores':
      return style.cyan(text)
    case 'unknown':
    case 'unasked':
      return text
    case 'up-to-date':
    case 'handed':
      return style.dim(text)
  }
}

/** `3 run, 1 may run, 2 restored, 4 up to date`. */
function countsText(verdicts: readonly Verdict[]): string {
  const counts = {
    runs: 0,
    always: 0,
    unknown: 0,
    unasked: 0,
    restores: 0,
    'up-to-date': 0,
    fails: 0,
    handed: 0,
  }
  for (const { kind } of verdicts) counts[kind]++
  const runs = counts.runs + counts.always
  const mayRun = counts.unknown + counts.unasked
  return [
    runs > 0 ? `${numeral(runs)} ${runs === 1 ? 'runs' : 'run'}` : '',
    mayRun > 0 ? `${numeral(mayRun)} may run` : '',
    counts.restores > 0 ? `${numeral(counts.restores)} restored` : '',
    counts['up-to-date'] > 0 ? `${numeral(counts['up-to-date'])} up to date` : '',
    counts.handed > 0 ? `${numeral(counts.handed)} from earlier runs` : '',
  ]
    .filter(part => part !== '')
    .join(', ')
}

function lookText(look: string): string {
  return plainLine(look.split('\n', 1)[0] ?? '')
}
