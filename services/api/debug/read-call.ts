import { compiledSchema } from '../../../lib/compiled-schema.ts'
import { didYouMean } from '../../../lib/suggest.ts'
import { debugOperationNames, type ToDebug, toDebugSchema } from '../../contract/debug-message.ts'
import { otherNames } from '../../contract/other-names.ts'
import { fieldErrors } from '../field-errors.ts'
import { bodyBounds, jsonExcess } from '../limits/json-shape.ts'
import { type FieldError, type Refusal, refuse, refuseFields } from '../outcome.ts'

export type ReadCall =
  | { readonly ok: true; readonly call: ToDebug }
  | { readonly ok: false; readonly id: ToDebug['id'] | null; readonly refusal: Refusal }

const { id: idSchema } = toDebugSchema.shape
const known = Object.keys(toDebugSchema.shape)

/** What a client's frame asks for. The input is held to its operation's schema later, like any other. */
export function readCall(frame: string | undefined): ReadCall {
  if (frame === undefined) return unreadable('expected a text frame')
  const value = parseJson(frame)
  if (value === undefined)
    return unreadable('the frame is not valid JSON, or nests too deep, or has too many values')
  const parsed = compiledSchema(toDebugSchema).safeParse(value)
  if (parsed.success) return { ok: true, call: parsed.data }
  const errors = fieldErrors(parsed.error, known).map(error =>
    error.path === 'operation' ? operationError(member(value, 'operation')) : error,
  )
  return {
    ok: false,
    id: idSchema.safeParse(member(value, 'id')).data ?? null,
    refusal: refuseFields(errors),
  }
}

const unreadable = (detail: string): ReadCall => ({
  ok: false,
  id: null,
  refusal: refuse('invalid_input', detail),
})

function operationError(operation: unknown): FieldError {
  const path = 'operation'
  if (operation === undefined) return { path, message: 'is required' }
  if (typeof operation !== 'string') return { path, message: 'expected the name of an operation' }
  const meant = otherNames.get(operation) ?? operation
  const hint = didYouMean(meant, debugOperationNames) ?? `there are ${debugOperationNames.join(', ')}`
  return { path, message: `no such operation over this WebSocket; ${hint}` }
}

const member = (value: unknown, name: 'id' | 'operation'): unknown =>
  typeof value === 'object' && value !== null && name in value ? Reflect.get(value, name) : undefined

function parseJson(text: string): unknown {
  if (jsonExcess(text, bodyBounds) !== undefined) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
