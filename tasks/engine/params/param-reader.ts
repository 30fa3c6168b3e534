import { isDeepStrictEqual } from 'node:util'
import { UserError } from '../../../lib/user-error.ts'
import type { GraphNode } from '../graph.ts'
import type { Remembered } from '../memory/remembered.ts'
import type { AnyParams } from '../task.ts'
import type { ParamDeclaration } from './declaration.ts'
import { type Given, GivenWords } from './given-words.ts'
import type { ParamFault } from './read-values.ts'

export interface ParamSource {
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly remembered?: Remembered
  /**
   * What the declaration of a task's parameters came from, such as a digest of its modules; undefined where that is not
   * known, and nothing is remembered. Declarations, and what a schema makes of a text, must depend on nothing else than
   * this, the words, the variables that the parameters name and the working directory.
   */
  readonly identityOf?: (node: GraphNode) => string | undefined
  /** Where relative names are meant from. */
  readonly cwd: string
}

export type ReadParams =
  | { readonly kind: 'read'; readonly values: AnyParams }
  | { readonly kind: 'wrong'; readonly faults: readonly ParamFault[] }

/**
 * Reads the parameters of tasks. zod is loaded for the first task that has some and was not read before with the same
 * words, environment and identity: it takes longer to load than most of what else happens before a run.
 */
export class ParamReader {
  readonly #source: ParamSource
  readonly #declarations = new Map<string, readonly ParamDeclaration[]>()

  constructor(source: ParamSource) {
    this.#source = source
  }

  /** Throws a UserError that names the task whose parameters are declared wrongly. */
  async declarations(node: GraphNode): Promise<readonly ParamDeclaration[]> {
    const { params } = node.task.options
    if (params === undefined) return []
    const known = this.#declarations.get(node.name)
    if (known !== undefined) return known
    const key = this.#key(node, 'declarations', [])
    const kept = key && this.#source.remembered?.get(key)
    const declarations = isDeclarations(kept)
      ? kept
      : await (await import('./zod-params.ts')).readDeclarations(node.name, params)
    this.#declarations.set(node.name, declarations)
    if (declarations !== kept) this.#keep(key, declarations)
    return declarations
  }

  /** What the words of a task say, or all that is wrong with them. Throws a UserError for a word that it does not take. */
  async read(node: GraphNode, words: readonly string[]): Promise<ReadParams> {
    const { params } = node.task.options
    const { environment, remembered } = this.#source
    const declarations = await this.declarations(node)
    const given = dealt(node, declarations, words)
    if (params === undefined) return { kind: 'read', values: {} }
    const named = declarations.flatMap(({ env }) =>
      env === undefined ? [] : [[env, environment[env] ?? null]],
    )
    const key = this.#key(node, 'values', [words, named, this.#source.cwd])
    const kept = key && remembered?.get(key)
    if (isRecord(kept)) return { kind: 'read', values: kept }
    const { readParams } = await import('./zod-params.ts')
    const { values, faults } = await readParams(node.name, params, declarations, given, environment)
    if (faults.length > 0) return { kind: 'wrong', faults }
    this.#keep(key, values)
    return { kind: 'read', values }
  }

  /** Undefined where nothing is remembered. Version 1 of what is kept. */
  #key(node: GraphNode, what: string, parts: readonly unknown[]): string | undefined {
    const identity = this.#source.identityOf?.(node)
    if (identity === undefined || this.#source.remembered === undefined) return undefined
    return JSON.stringify(['params', 1, what, node.name, identity, ...parts])
  }

  #keep(key: string | undefined, value: unknown): void {
    if (key !== undefined && survives(value)) this.#source.remembered?.set(key, value)
  }
}

function dealt(
  { name }: GraphNode,
  declarations: readonly ParamDeclaration[],
  words: readonly string[],
): ReadonlyMap<string, Given> {
  const given = new GivenWords(declarations)
  for (let at = 0; at < words.length; ) {
    const next = given.take(words, at)
    if (next === undefined) throw new UserError(`"${name}" takes no ${words[at]}`)
    at = next
  }
  return given.given
}

function survives(value: unknown): boolean {
  try {
    return isDeepStrictEqual(JSON.parse(JSON.stringify(value)), value)
  } catch {
    return false
  }
}

function isDeclarations(value: unknown): value is readonly ParamDeclaration[] {
  return Array.isArray(value)
}

function isRecord(value: unknown): value is AnyParams {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
