import type { Change } from '../engine/changes.ts'
import { numeral, plainLine } from './plain-text.ts'

/** One reason why a task is not up to date: `src/a.ts changed`. On one line, whatever files are called. */
export function changeText(change: Change): string {
  return plainLine(wordsOf(change).replaceAll('\n', '\\n'))
}

/** Several on one line: `src/a.ts changed, and 3 more`. Undefined where there are none. */
export function changesText(changes: readonly Change[]): string | undefined {
  const [first] = changes
  if (first === undefined) return undefined
  const text = changeText(first)
  return changes.length === 1 ? text : `${text}, and ${numeral(changes.length - 1)} more`
}

function wordsOf(change: Change): string {
  switch (change.kind) {
    case 'never-succeeded':
      return 'no earlier result'
    case 'unfinished':
      return 'its last run did not succeed'
    case 'forced':
      return '--force was given'
    case 'input':
      return `${change.path} ${hows[change.how]}`
    case 'source':
      return `its source ${change.path} changed`
    case 'definition':
      return 'its command or declared outputs changed'
    case 'value':
      return `the value ${change.name} changed`
    case 'param':
      return `the parameter ${change.name} changed`
    case 'env':
      return `${change.name} changed`
    case 'rest':
      return 'the words after -- changed'
    case 'tool':
      return toolText(change)
    case 'need':
      return change.what === 'unknown'
        ? `the result of ${change.name} cannot be compared`
        : `the ${change.what} of ${change.name} changed`
    case 'output':
      return change.how === 'missing' ? `${change.path} is missing` : `its output ${change.path} changed`
  }
}

const hows = { added: 'is new', removed: 'is gone', changed: 'changed' } as const

function toolText({ name, from, to }: Extract<Change, { readonly kind: 'tool' }>): string {
  if (from === undefined) return to === undefined ? `${name} changed` : `${name} ${to} is new`
  return to === undefined ? `${name} ${from} is gone` : `${name} ${from} → ${to}`
}
