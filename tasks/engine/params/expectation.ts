import type { z } from 'zod'

type Issue = z.core.$ZodIssue

/**
 * What a value should have been, of all that zod found wrong with it; a task's own message as it stands. What is no
 * number at all is only that to zod; `whole` tells that it should have been a whole one.
 */
export function expectationOf(issues: readonly Issue[], zod: typeof z, whole: boolean): string {
  const expected = new Set<string>()
  const said = new Set<string>()
  for (const issue of issues) {
    const own = ownMessage(issue, zod)
    if (own === undefined) expected.add(whole && isNoNumber(issue) ? 'a whole number' : wordsFor(issue))
    else said.add(own)
  }
  return [...(expected.size === 0 ? [] : [`expected ${[...expected].join(', ')}`]), ...said].join('; ')
}

function isNoNumber(issue: Issue): boolean {
  return issue.code === 'invalid_type' && issue.expected === 'number'
}

/** The message that the schema declares: one that is not what zod itself would say. */
function ownMessage(issue: Issue, zod: typeof z): string | undefined {
  if (issue.code === 'custom') return issue.message === 'Invalid input' ? undefined : issue.message
  const { message, input, ...raw } = issue
  const usual = zod.config().localeError?.({ ...raw, input } as Parameters<z.core.$ZodErrorMap>[0])
  return message === (typeof usual === 'string' ? usual : usual?.message) ? undefined : message
}

function wordsFor(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return typeNames[issue.expected] ?? `a ${issue.expected}`
    case 'too_small':
      return bound(issue.inclusive === false ? 'more than' : 'at least', issue.minimum, issue.origin)
    case 'too_big':
      return bound(issue.inclusive === false ? 'less than' : 'at most', issue.maximum, issue.origin)
    case 'not_multiple_of':
      return `a multiple of ${issue.divisor}`
    case 'invalid_value':
      return `${issue.values.length === 1 ? '' : 'one of '}${issue.values.map(String).join(', ')}`
    case 'invalid_format':
      if (issue.format === 'regex' && issue.pattern !== undefined) return `a text like ${issue.pattern}`
      return formatNames[issue.format] ?? issue.message.replace(/^Invalid /, 'a valid ')
    case 'invalid_union': {
      const branches = issue.errors.map(errors => errors.map(wordsFor).join(', '))
      return branches.length === 0 ? 'something else' : branches.join(', or ')
    }
    default:
      return 'something else'
  }
}

const typeNames: Readonly<Record<string, string>> = {
  number: 'a number',
  int: 'a whole number',
  bigint: 'a whole number',
  date: 'a date',
  string: 'a text',
  boolean: 'yes or no',
}

const formatNames: Readonly<Record<string, string>> = {
  url: 'a URL',
  email: 'an e-mail address',
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
  uuid: 'a UUID',
  date: 'a date such as 2026-01-31',
  datetime: 'a time such as 2026-01-31T10:00:00Z',
}

function bound(words: string, limit: number | bigint, origin: string): string {
  const unit = origin === 'string' ? 'character' : origin === 'array' ? 'value' : undefined
  if (origin === 'date') return `${words} ${new Date(Number(limit)).toISOString()}`
  return `${words} ${limit}${unit === undefined ? '' : ` ${unit}${Number(limit) === 1 ? '' : 's'}`}`
}
