import type { Outcome } from '../engine/state.ts'
import { count, durationText, numeral } from './plain-text.ts'
import type { Counts } from './run-record.ts'
import type { Style } from './style.ts'

/** The last line of a run. */
export function summaryLine(outcome: Outcome, counts: Counts, durationMs: number, style: Style): string {
  const time = durationText(durationMs)
  switch (outcome) {
    case 'succeeded':
      return style.green(succeededText(counts, time))
    case 'failed':
      return style.red(`failed after ${time}: ${unfinishedParts(counts).join(', ')}`)
    case 'cancelled':
      return style.yellow(`cancelled after ${time}: ${unfinishedParts(counts).join(', ')}`)
  }
}

/** `3 tasks done, 997 up to date in 1.2 s`; the noun stands with the first number. */
function succeededText(counts: Counts, time: string): string {
  const { succeeded } = counts
  const spared = [...sparedParts(counts), ...parts([[counts.serving, 'ready']])]
  const [first = '', ...more] = spared
  if (succeeded > 0 || spared.length === 0)
    return `${[`${count(succeeded, 'task')} done`, ...spared].join(', ')} in ${time}`
  const [number = '', ...words] = first.split(' ')
  const noun = number === '1' ? 'task' : 'tasks'
  if (more.length > 0 || counts['up-to-date'] === 0)
    return `${[`${number} ${noun} ${words.join(' ')}`, ...more].join(', ')} in ${time}`
  return `${number === '1' ? '' : 'all '}${number} ${noun} up to date (${time})`
}

/** What did not have to run: `997 up to date`, `2 restored`. */
export function sparedParts(counts: Pick<Counts, 'up-to-date' | 'restored' | 'resumed'>): string[] {
  return parts([
    [counts['up-to-date'], 'up to date'],
    [counts.restored, 'restored'],
    [counts.resumed, 'done before'],
  ])
}

function unfinishedParts(counts: Counts): string[] {
  return [
    ...parts([[counts.failed, 'failed']]),
    `${numeral(counts.succeeded)} done`,
    ...sparedParts(counts),
    ...parts([
      [counts.aborted, 'stopped'],
      [counts.skipped, 'not started'],
    ]),
  ]
}

function parts(numbers: readonly (readonly [number: number, words: string])[]): string[] {
  return numbers.flatMap(([number, words]) => (number > 0 ? [`${numeral(number)} ${words}`] : []))
}
