import { contract, type OperationName } from '../../services/contract/contract.ts'
import { fromText } from '../../services/contract/from-text.ts'
import type { Operation } from '../../services/contract/operation.ts'
import type { Fields } from './tool-call.ts'

/**
 * A cursor that is the next call: its operation, and its input as a query. Where the server itself pages, nothing needs
 * to be kept here. The fields are texts, numbers and switches.
 */
export function inputCursor(name: OperationName, input: Fields): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(input))
    if (value !== undefined) query.append(name, String(value))
  return `${name}?${query}`
}

/** The texts of a cursor's fields; undefined where it is none of this operation. */
export const fieldsOfCursor = (name: OperationName, cursor: string): Record<string, string> | undefined =>
  cursor.startsWith(`${name}?`)
    ? Object.fromEntries(new URLSearchParams(cursor.slice(name.length + 1)))
    : undefined

/** Undefined where it is none of this operation. */
export function inputOf(name: OperationName, cursor: string): Fields | undefined {
  const texts = fieldsOfCursor(name, cursor)
  if (texts === undefined) return undefined
  const operation: Operation = contract[name]
  const fields = Object.fromEntries(
    Object.entries(texts).map(([field, text]) => [field, fromText(operation.input.shape[field], text)]),
  )
  return operation.input.safeParse(fields).success ? fields : undefined
}
