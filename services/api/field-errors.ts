import type { z } from 'zod'
import { didYouMean } from '../../lib/suggest.ts'
import { plainMessage } from '../contract/issue-message.ts'
import type { FieldError } from './outcome.ts'

/** More than anybody reads; an input may be wrong in each of thousands of values. */
const mostTold = 100
const longestName = 100

/** What a schema refuses, field by field, in words for who wrote the input; `known`: the fields that there are. */
export const fieldErrors = ({ issues }: z.core.$ZodError, known: readonly string[]): FieldError[] =>
  flatten(issues.slice(0, mostTold))
    .flatMap(issue => toFieldErrors(issue, known))
    .slice(0, mostTold)

type Issue = z.core.$ZodIssue

/** Replaces the failure of a union by that of the branch that was meant, where one can be told. */
function flatten(issues: readonly Issue[], prefix: PropertyKey[] = []): Issue[] {
  return issues.slice(0, mostTold).flatMap(issue => {
    const path = [...prefix, ...issue.path]
    if (issue.code !== 'invalid_union') return [{ ...issue, path }]
    const meant = issue.errors.find(branch => !branch.some(isTypeMismatch))
    if (meant !== undefined) return flatten(meant, path)
    const expected = issue.errors.flatMap(branch =>
      branch.filter(isTypeMismatch).map(one => ('expected' in one ? `${one.expected}` : '')),
    )
    return [{ ...issue, path, message: `expected ${[...new Set(expected)].join(' or ')}` }]
  })
}

const isTypeMismatch = (issue: Issue): boolean => issue.code === 'invalid_type' && issue.path.length === 0

function toFieldErrors(issue: Issue, known: readonly string[]): FieldError[] {
  const path = issue.path.map(part => named(String(part)))
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.slice(0, mostTold).map(key => {
        const name = named(key)
        const suggestion = path.length > 0 ? undefined : didYouMean(name, known)
        return {
          path: [...path, name].join('.'),
          message: suggestion === undefined ? 'unknown field' : `unknown field; ${suggestion}`,
        }
      })
    case 'invalid_key':
      return [{ path: path.join('.'), message: issue.issues[0]?.message ?? issue.message }]
    default:
      return [
        { path: path.join('.'), message: isMissing(issue) ? 'is required' : plainMessage(issue.message) },
      ]
  }
}

/** Any text may be the name of a member. */
const named = (text: string): string => (text.length <= longestName ? text : `${text.slice(0, longestName)}…`)

const isMissing = ({ message }: Issue): boolean => message.endsWith('received undefined')
