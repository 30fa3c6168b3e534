import type { ToolAnnotations } from '@modelcontextprotocol/sdk/types.js'
import type { Part } from './part.ts'
import type { JsonObject } from './reader.ts'
import type { Fields, ToolCall } from './tool-call.ts'

/** One tool of this server. */
export type Tool = {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly inputSchema: JsonObject
  readonly outputSchema: JsonObject
  readonly annotations: ToolAnnotations
  /** Throws a ToolError for an input that is not valid. */
  readonly run: (given: Fields, call: ToolCall) => Promise<Part>
}
