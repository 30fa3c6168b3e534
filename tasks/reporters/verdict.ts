import type { Change } from '../engine/changes.ts'
import type { Verdict } from '../engine/forecast.ts'
import { changesText } from './change-text.ts'
import { count, numeral, plainLine } from './plain-text.ts'

const namesShown = 3

/** A verdict on one line: `runs: src/a.ts changed, and 2 more`. */
export function verdictText(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'up-to-date':
      return 'up to date'
    case 'runs':
      return withChanges('runs', verdict.why)
    case 'restores': {
      const { files, why } = verdict
      return withChanges(
        files === undefined || files === 0 ? 'restores its result' : `restores ${count(files, 'file')}`,
        why,
      )
    }
    case 'always':
      return 'always runs'
    case 'handed':
      return 'its result is that of an earlier run'
    case 'fails':
      return `fails: ${plainLine(verdict.error.message.split('\n', 1)[0] ?? '')}`
    case 'unasked':
      return `runs if the version of ${anyOf(verdict.tools)} has changed, which is not asked now`
    case 'unknown': {
      const needs = anyOf(verdict.after)
      return needs === '' ? 'runs if what it needs changes' : `runs if the result of ${needs} changes`
    }
  }
}

/** `a`, `a or b`, `a, b or c`, `a, b, c or 7 more`. */
function anyOf(names: readonly string[]): string {
  const shown = names.slice(0, namesShown).map(plainLine)
  const left = names.length - shown.length
  const all = left > 0 ? [...shown, `${numeral(left)} more`] : shown
  const last = all.at(-1) ?? ''
  return all.length < 2 ? last : `${all.slice(0, -1).join(', ')} or ${last}`
}

function withChanges(what: string, why: readonly Change[]): string {
  const changes = changesText(why)
  return changes === undefined ? what : `${what}: ${changes}`
}
