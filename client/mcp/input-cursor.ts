import { contract, type OperationName } from '../../services/contract/contract.ts'
import { fromText } from '../../services/contract/from-text.ts'
import type { Operation } from '../../services/contract/operation.ts'
import type { Fields } from './tool-call.ts'

/**
 * A cursor that is the input of the next call, written as a query: where the server itself pages, nothing needs to be
 * kept here. Its fields are texts, numbers and switches.
 */
export function inputCursor(input: Fields): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(input))
    if (value !== undefined) query.append(name, String(value))
  return query.toString()
}

/** Undefined where it is none of this operation. */
export function inputOf(name: OperationName, cursor: string): Fields | undefined {
  const operation: Operation = contract[name]
  const fields = Object.fromEntries(
    [...new URLSearchParams(cursor)].map(([field, text]) => [
      field,
      fromText(operation.input.shape[field], text),
    ]),
  )
  return operation.input.safeParse(fields).success ? fields : undefined
}
