import type { z } from 'zod'

/** What a schema has against a value, in words. Of a key or a union the reason within: "invalid key" helps nobody. */
export function issueMessage(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_key') return issue.issues.map(one => plainMessage(one.message)).join('; ')
  if (issue.code === 'invalid_union') return plainMessage(issue.errors[0]?.[0]?.message ?? issue.message)
  return plainMessage(issue.message)
}

/**
 * What is expected is said in any case: that the value is "too small" or "invalid" adds nothing. A limit is told in words,
 * not as an expression.
 */
export const plainMessage = (message: string): string =>
  message
    .replace(/^(?:Invalid|Too \w+)[^:]*: /, '')
    .replace(/^expected \w+ to (?:have|be) ([<>]=)/, (_, bound) =>
      bound === '<=' ? 'expected at most ' : 'expected at least ',
    )
