import type { Client } from '../sdk/client.ts'
import type { CallName, Input, Output } from '../sdk/operation-types.ts'
import type { Rests } from './rests.ts'

export type Fields = Readonly<Record<string, unknown>>

/** Where a call is: `progress` of `total`, both in seconds. */
export type Told = { readonly progress: number; readonly total: number; readonly message: string }

/** What one call of a tool has at hand. */
export type ToolCall = {
  /** The tool's name. */
  readonly tool: string
  readonly client: Client
  /** Aborted when the client of this server has given the call up. */
  readonly signal: AbortSignal
  readonly rests: Rests
  /** Tells the client of this server where the call is; undefined where it has not asked for that. */
  readonly tell?: ((told: Told) => void) | undefined
}

/**
 * Calls an operation. The input has been checked against the operation's schema; here it gets the type that this
 * proves.
 */
export const callOperation = async <Name extends CallName>(
  name: Name,
  checked: Fields,
  { client, signal }: ToolCall,
): Promise<Output<Name>> => await client.call(name, checked as Input<Name>, { signal })
