import type { Part } from './part.ts'
import type { Fields, ToolCall } from './tool-call.ts'

/** How an operation becomes results of a tool, each within the bound. */
export type Reader = {
  readonly first: (input: Fields, call: ToolCall) => Promise<Part>
  /** Goes on where an earlier result ended; undefined where a result is always whole. */
  readonly next: ((cursor: string, call: ToolCall) => Promise<Part>) | undefined
  /** The JSON Schema of a result's value. */
  readonly output: () => JsonObject
}

/** A JSON Schema of an object. */
export type JsonObject = {
  type: 'object'
  properties: Record<string, object>
  required?: string[]
  [keyword: string]: unknown
}
