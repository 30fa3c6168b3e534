import type { z } from 'zod'
import type { Contract, OperationName } from '../../../services/contract/contract.ts'
import type { Client } from '../../sdk/client.ts'
import type { Input } from '../../sdk/operation-types.ts'
import type { Io } from '../io.ts'
import type { TableOptions } from '../render/table.ts'

/** The operations that the contract gives to the CLI. */
export type CliName = {
  [Name in OperationName]: 'cli' extends Contract[Name]['surfaces'][number] ? Name : never
}[OperationName]

export type RenderContext = TableOptions & { readonly now: number }

export type ActContext = RenderContext & {
  readonly client: Client
  readonly io: Io
  readonly json: boolean
  /** The extra flags that were given, by name without dashes; true where one takes no value. */
  readonly extras: ReadonlyMap<string, string | true>
}

/** Does more than one call. Returns the exit code. */
export type Act<Name extends OperationName> = (input: Input<Name>, context: ActContext) => Promise<number>

export type FlagWords = {
  /** Without dashes; default: the field's name. */
  readonly name?: string
  /** What the help says of it, where the contract's description covers more than this flag can give. */
  readonly describe?: string
  /** What stands for its value in the help; default: the name in capitals. */
  readonly value?: string
  /**
   * How its text becomes the field's value, beyond what the schema tells. `seconds`: from `10m` or `30`. `bytes`: from
   * `512M`. `file`: the content of a file, or of standard input for `-`. `patch`: the same, or `@working-tree` for what has
   * changed in the repository one stands in, and then its commit as well. `variables`: the lines of such a file, each
   * NAME=VALUE. `secret`: the first line of a file, or for `-` the next one of standard input; `new secret`: the same, typed twice in
   * a terminal. `commas`: several in one,
   * parted by commas.
   */
  readonly read?: 'seconds' | 'bytes' | 'file' | 'patch' | 'variables' | 'secret' | 'new secret' | 'commas'
  /** What the CLI asks for where the field is not given, other than the contract's default; as it would be typed. */
  readonly default?: string
}

type Field<Name extends OperationName> = keyof Input<Name> & string

/**
 * The words that the CLI adds to one operation. Flags, their types, defaults and descriptions come from the contract;
 * so does the meaning of every field.
 */
export type Words<Name extends OperationName> = {
  readonly path: readonly [string, ...string[]]
  /** Another path for the same. */
  readonly alias?: readonly [string, string]
  /** Fields given by place instead of by flag. */
  readonly places?: readonly Field<Name>[]
  /**
   * The field that takes all further words, as after `--`; its flag, if it has one, is the other way to give it.
   * `bare`: words that cannot be mistaken for flags, so that nobody writes the dashes.
   */
  readonly rest?: {
    readonly field: Field<Name>
    readonly value: string
    readonly describe: string
    readonly bare?: true
  }
  /**
   * Another way to say what stands at the one place: two words, of which the first names something else and the second, the
   * CLI's own, is told to its `act` as an extra of this name.
   */
  readonly pair?: { readonly first: z.ZodType<string>; readonly name: string; readonly describe: string }
  /** False: no flag. */
  readonly flags?: { readonly [F in Field<Name>]?: FlagWords | false }
  /** Flags of the CLI's own, for its `act`. */
  readonly extras?: readonly {
    readonly name: string
    /** One letter for it. */
    readonly short?: string
    /** What stands for its value in the help; a switch has none. */
    readonly value?: string
    readonly describe: string
  }[]
  /** Arguments after `debug-server PATH`. */
  readonly examples: readonly string[]
  /** Does it: `oneCall` where one call is all, loaded when it is needed where it is more. */
  readonly act: () => Promise<{ readonly act: Act<Name> }>
}

export type Render<Value> = (value: Value, context: RenderContext) => string
