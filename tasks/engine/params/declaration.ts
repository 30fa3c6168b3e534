/**
 * A parameter of a task as data, derived from its zod schema: the one source for reading words, for help, for
 * `--list --json` and for completions. It survives JSON.
 */
export interface ParamDeclaration {
  readonly name: string
  /** As it is typed: `--expires-in` for `expiresIn`. */
  readonly flag: string
  /** `-p` */
  readonly short?: string
  /** A boolean is `--x` or `--no-x`; a value follows its flag; a list is a flag that may be repeated. */
  readonly kind: 'boolean' | 'value' | 'list'
  /** Whether words without a dash fill it, in the order of the declarations. */
  readonly positional: boolean
  /** A positional that takes all the words that are left. */
  readonly variadic: boolean
  readonly required: boolean
  /** As text. Nothing for an empty list. */
  readonly default?: string
  /** The environment variable that stands in for the flag. */
  readonly env?: string
  /** What its value is called in help. A boolean has none. */
  readonly value?: string
  readonly choices?: readonly string[]
  readonly describe?: string
  /** Taken, but offered nowhere: another name for something, or one that is refused with a reason. */
  readonly hidden?: true
}

/** `--no-force`, which takes a boolean back. */
export function negationOf({ flag }: ParamDeclaration): string {
  return flag.replace('--', '--no-')
}

/** Every flag that a task has, as it is typed. */
export function flagsOf(declarations: readonly ParamDeclaration[]): string[] {
  return declarations.flatMap(declaration => [
    declaration.flag,
    ...(declaration.kind === 'boolean' ? [negationOf(declaration)] : []),
  ])
}
