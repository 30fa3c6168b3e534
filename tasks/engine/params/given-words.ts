import { UserError } from '../../../lib/user-error.ts'
import { negationOf, type ParamDeclaration } from './declaration.ts'

/** What was typed for a parameter. */
export interface Given {
  readonly text: boolean | string | readonly string[]
  /** Whether a flag said it, rather than a word in its place. */
  readonly flagged: boolean
}

/**
 * Deals the words of a command line to the parameters of one task, one after the other: it knows flags and places, and
 * nothing of values. The last of several flags for one value counts. Throws a UserError for a flag that lacks its value
 * or has one that it cannot take.
 */
export class GivenWords {
  readonly declarations: readonly ParamDeclaration[]
  /** All that was taken, as it was typed. */
  readonly words: string[] = []
  readonly #given = new Map<string, Given>()

  constructor(declarations: readonly ParamDeclaration[]) {
    this.declarations = declarations
  }

  get given(): ReadonlyMap<string, Given> {
    return this.#given
  }

  /** Takes what stands at a place. Returns the place after it, or undefined where the word is for somebody else. */
  take(all: readonly string[], at: number): number | undefined {
    const word = all[at] ?? ''
    const next = isOption(word) ? this.#takeFlag(word, all, at) : this.#takePositional(word, at)
    if (next !== undefined) this.words.push(...all.slice(at, next))
    return next
  }

  /** The parameter that the next word without a dash fills. */
  get open(): ParamDeclaration | undefined {
    return this.declarations.find(
      ({ name, positional, variadic }) =>
        positional && (variadic ? this.#given.get(name)?.flagged !== true : !this.#given.has(name)),
    )
  }

  #takePositional(word: string, at: number): number | undefined {
    const { open } = this
    if (open === undefined) return undefined
    const before = this.#listed(open.name)
    this.#given.set(open.name, { text: open.kind === 'list' ? [...before, word] : word, flagged: false })
    return at + 1
  }

  #takeFlag(word: string, all: readonly string[], at: number): number | undefined {
    const flag = flagNamed(word, this.declarations)
    if (flag === undefined) return undefined
    const { declaration, name, inline } = flag
    const { kind } = declaration
    if (this.#given.get(declaration.name)?.flagged === false)
      throw new UserError(
        `${declaration.value ?? declaration.name} is given twice: in its place, and by ${word}`,
      )
    if (kind === 'boolean') {
      if (inline !== undefined)
        throw new UserError(`${name} takes no value: ${word}`, {
          fix: `write ${declaration.flag} or ${negationOf(declaration)}`,
        })
      this.#given.set(declaration.name, { text: !isNegation(declaration, name), flagged: true })
      return at + 1
    }
    const text = inline ?? valueAt(all, at + 1, name, declaration)
    this.#given.set(declaration.name, {
      text: kind === 'list' ? [...this.#listed(declaration.name), text] : text,
      flagged: true,
    })
    return inline === undefined ? at + 2 : at + 1
  }

  #listed(name: string): readonly string[] {
    const text = this.#given.get(name)?.text
    return Array.isArray(text) ? text : []
  }
}

export interface NamedFlag {
  readonly declaration: ParamDeclaration
  /** As it was typed, without a value that is joined to it. */
  readonly name: string
  readonly inline?: string
}

/** The flag that a word is, with or without its value. */
export function flagNamed(word: string, declarations: readonly ParamDeclaration[]): NamedFlag | undefined {
  const { name, ...value } = split(word, declarations)
  const declaration = declarations.find(
    known => known.flag === name || known.short === name || isNegation(known, name),
  )
  return declaration && { declaration, name, ...value }
}

/** Whether a word is an option. `-` is a word, and so is `-5`: no option begins with a digit. */
export function isOption(word: string): boolean {
  return /^-[^\d.]/.test(word)
}

function isNegation(declaration: ParamDeclaration, name: string): boolean {
  return declaration.kind === 'boolean' && negationOf(declaration) === name
}

/** As in `--port=1`, and as in `-p1`. */
function split(
  word: string,
  declarations: readonly ParamDeclaration[],
): { readonly name: string; readonly inline?: string } {
  if (word.startsWith('--')) {
    const at = word.indexOf('=')
    return at === -1 ? { name: word } : { name: word.slice(0, at), inline: word.slice(at + 1) }
  }
  const short = word.slice(0, 2)
  const takesValue = declarations.some(known => known.short === short && known.kind !== 'boolean')
  return takesValue && word.length > 2 ? { name: short, inline: word.slice(2) } : { name: word }
}

function valueAt(all: readonly string[], at: number, flag: string, { value }: ParamDeclaration): string {
  const word = all[at]
  const needs = `${flag} needs a value: ${flag} ${value ?? 'VALUE'}`
  if (word === undefined || word === '--') throw new UserError(needs)
  if (isOption(word)) {
    const joined = flag.startsWith('--') ? `${flag}=${word}` : `${flag}${word}`
    throw new UserError(needs, { fix: `if it is ${word}, write ${joined}` })
  }
  return word
}
