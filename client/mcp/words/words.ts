import type { z } from 'zod'
import type { Contract, OperationName } from '../../../services/contract/contract.ts'
import type { Input } from '../../sdk/operation-types.ts'
import type { Reader } from '../reader.ts'

/** The operations that the contract gives to MCP. */
export type McpName = {
  [Name in OperationName]: 'mcp' extends Contract[Name]['surfaces'][number] ? Name : never
}[OperationName]

/**
 * The words that MCP adds to one operation, written for a model: when to use it, what comes back, what to do next. Its
 * fields and their meaning come from the contract.
 */
export type Words<Name extends OperationName> = {
  /** The tool's name. */
  readonly tool: string
  readonly title: string
  readonly description: string
  /** What is asked for where a field is not given, other than the contract's default. */
  readonly defaults?: Partial<Input<Name>>
  /** What is said of a field where it means something else here. */
  readonly fields?: { readonly [Field in keyof Input<Name>]?: string }
  /** Fields that only the tool has, for what other surfaces say elsewhere than in the input. */
  readonly own?: z.ZodRawShape
  /** Whether a second call like the first changes nothing more; of what only reads that is so by itself. */
  readonly idempotent?: true
  /** Whether it ends or removes something. */
  readonly destructive?: true
  /** Whether it reaches beyond the server. */
  readonly openWorld?: true
  readonly reader: Reader
}
