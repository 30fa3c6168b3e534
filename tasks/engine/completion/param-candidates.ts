import { type Candidate, type Completion, nothing } from '../../../lib/completion/completion.ts'
import { negationOf, type ParamDeclaration } from '../params/declaration.ts'
import type { GivenWords } from '../params/given-words.ts'
import { shownNames, words } from './option-candidates.ts'

/** The flags of a task or a subcommand that may still be given; not those of positionals, as in its help. */
export function flagCandidates({ declarations, given }: GivenWords, word: string): Candidate[] {
  return declarations.flatMap(declaration => {
    const before = given.get(declaration.name)
    const again = declaration.kind === 'list' && before?.flagged === true
    if (declaration.positional || declaration.hidden === true || (before !== undefined && !again)) return []
    const { describe } = declaration
    return namesOf(declaration, word).map(text => ({ text, ...(describe !== undefined && { describe }) }))
  })
}

/** A boolean that is on by default is there to be turned off; all can be, for who begins to type that. */
function namesOf(declaration: ParamDeclaration, word: string): readonly string[] {
  const { kind, flag, short } = declaration
  const all = shownNames([flag, ...(short === undefined ? [] : [short])], word)
  if (kind !== 'boolean') return all
  const off = negationOf(declaration)
  if (declaration.default === 'true') return [off, ...(word.length > 2 ? all : [])]
  return word.startsWith('--no-') ? [...all, off] : all
}

/** The values of a parameter: its choices, without those that a list has already, or any file where nothing is known. */
export function paramValues(
  { name, value, choices }: ParamDeclaration,
  given: GivenWords,
  front: string,
): Completion {
  if (choices !== undefined) {
    const before = given.given.get(name)?.text
    return words(
      choices.filter(choice => !Array.isArray(before) || !before.includes(choice)),
      front,
    )
  }
  return value === 'N' ? nothing : { candidates: [], filesFrom: front.length }
}
