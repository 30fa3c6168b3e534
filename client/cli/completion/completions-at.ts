import { type Candidate, type Completion, nothing } from '../../../lib/completion/completion.ts'
import { leaves } from '../leaves.ts'
import { groups } from '../words.ts'
import { type Flag, type Grammar, globalGrammar, grammarOf } from './grammar.ts'
import { type NamedKind, valueCompletion } from './known-values.ts'

/** What has been typed before the cursor, as far as it matters for what names there are. */
export type Typed = {
  /** The values of flags by their names with dashes; of a switch, true. */
  readonly flags: ReadonlyMap<string, string | true>
  /** What stands at the places of the command, by their names. */
  readonly places: ReadonlyMap<string, string>
}

export type NamesOf = (named: NamedKind, typed: Typed) => Promise<readonly Candidate[]>

/**
 * What may stand at place `at` of the words behind `debug-server`. Words before it are read as the parser reads them, but
 * a wrong one is no reason not to go on. Whether a candidate begins as the word does is for the shell to find.
 */
export async function completionsAt(
  all: readonly string[],
  at: number,
  namesOf: NamesOf,
): Promise<Completion> {
  const before = all.slice(0, at)
  if (before.includes('--')) return nothing
  const line = new Line()
  for (const word of before) line.take(word)
  const { open, grammar } = line
  const names = (named: NamedKind) => namesOf(named, line)
  const word = all[at] ?? ''
  if (open?.values !== undefined) return await valueCompletion(open.values, '', names)
  const equals = word.indexOf('=')
  const joined = word.startsWith('--') && equals > 0 ? line.flag(word.slice(0, equals)) : undefined
  if (joined?.values !== undefined)
    return await valueCompletion(joined.values, word.slice(0, equals + 1), names)
  if (word.startsWith('-') && word !== '-') return { candidates: line.freeFlags() }
  if (grammar === undefined) return { candidates: nextWords(line.path) }
  const place = grammar.places[line.places.size]
  return place === undefined
    ? { candidates: line.freeFlags() }
    : await valueCompletion(place.values, '', names)
}

/** A command line up to the cursor. */
class Line implements Typed {
  readonly flags = new Map<string, string | true>()
  readonly places = new Map<string, string>()
  readonly #global = globalGrammar()
  path: readonly string[] = []
  grammar: Grammar | undefined
  /** The flag whose value comes next. */
  open: Flag | undefined

  take(word: string): void {
    if (this.open !== undefined) {
      this.flags.set(this.open.name, word)
      this.open = undefined
    } else if (word.startsWith('-') && word !== '-') this.#takeFlag(word)
    else if (this.grammar === undefined) {
      this.path = [...this.path, word]
      this.grammar = grammarOf(this.path)
    } else {
      const place = this.grammar.places[this.places.size]
      if (place !== undefined) this.places.set(place.name, word)
    }
  }

  #takeFlag(word: string): void {
    const [name = '', ...value] = word.split('=')
    const flag = this.flag(name)
    if (value.length > 0 || flag?.values === undefined) this.flags.set(name, value.join('=') || true)
    else this.open = flag
  }

  flag(name: string): Flag | undefined {
    return [...(this.grammar?.flags ?? []), ...this.#global].find(one => one.name === name)
  }

  freeFlags(): Candidate[] {
    return [...(this.grammar?.flags ?? []), ...this.#global]
      .filter(({ name, repeatable }) => repeatable || !this.flags.has(name))
      .map(({ name, describe }) => ({ text: name, describe }))
  }
}

/** The commands or groups that may stand behind these words. */
function nextWords(path: readonly string[]): Candidate[] {
  const inside = leaves().filter(leaf => path.every((word, i) => leaf.path[i] === word))
  const next = new Set(inside.map(leaf => leaf.path[path.length]).filter(word => word !== undefined))
  return [...next].map(text => {
    const describe = path.length === 0 ? groups[text] : undefined
    return describe === undefined ? { text } : { text, describe }
  })
}
