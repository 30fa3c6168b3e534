import type { z } from 'zod'
import { didYouMean } from '../../lib/suggest.ts'
import { issueMessage } from '../../services/contract/issue-message.ts'
import type { Fields } from './tool-call.ts'
import { ToolError } from './tool-error.ts'

/**
 * The input of an operation, held to the contract's own schema. Models write null for what they do not want to say: that
 * counts as not given. Throws an error that names each bad field, what was given and what is expected.
 */
export function checkedInput(schema: z.ZodObject, given: Fields): Fields {
  const input = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== null && value !== undefined),
  )
  const result = schema.safeParse(input)
  if (result.success) return input
  const known = Object.keys(schema.shape)
  const unknown = Object.keys(input).filter(name => !known.includes(name))
  const texts = result.error.issues.map(issue => {
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map(key => `"${key}" is no field of this`).join('; ')
    const path = issue.path.join('.')
    if (issue.path[0] !== undefined && !(String(issue.path[0]) in input)) return `${path}: ${missing(issue)}`
    return `${path} ${abridged(valueAt(input, issue.path))}: ${issueMessage(issue)}`
  })
  const meant = unknown.flatMap(name => didYouMean(name, known) ?? [])
  throw new ToolError(
    'invalid_input',
    texts.join('; '),
    meant.length > 0 ? meant.join('; ') : `the fields are ${known.join(', ')}`,
  )
}

const missing = ({ code, message }: z.core.$ZodIssue): string =>
  code === 'invalid_type' || code === 'invalid_value' ? 'it is missing' : message

const valueAt = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  )

function abridged(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}
