import { type Candidate, type Completion, nothing } from '../../../lib/completion/completion.ts'
import { type Option, options } from '../options.ts'

/** Where options of `task` itself stand: before the first name, behind names of tasks, or behind a subcommand. */
export type OptionPlace = 'first' | 'tasks' | 'subcommand'

/** Those that fit at a place, without those that were given and count once. */
export function optionCandidates(word: string, place: OptionPlace, given: ReadonlySet<Option>): Candidate[] {
  return options
    .filter(option => fits(option, place, given))
    .flatMap(({ names, help }) => shownNames(names, word).map(text => ({ text, describe: help })))
}

/** The long names; short ones only for who has begun to type one, who wants to know that it is one. */
export function shownNames(names: readonly string[], word: string): readonly string[] {
  return /^-[^-]/.test(word) ? names : names.filter(name => name.startsWith('--'))
}

function fits({ names, forRun }: Option, place: OptionPlace, given: ReadonlySet<Option>): boolean {
  const [name = ''] = names
  const before = [...given].flatMap(option => option.names)
  if (before.includes(name) && name !== '--reporter') return false
  switch (name) {
    case '--help':
    case '--no-color':
      return true
    case '--json':
      return place !== 'subcommand' && before.includes('--list')
    case '--taskfile':
    case '--version':
      return place === 'first'
    default:
      return place === 'first' || (place === 'tasks' && forRun === true)
  }
}

/** The values of an option: `front` is what stands before the value in its word, as in `--jobs=`. */
export function optionValues(
  { value, choices }: Option,
  word: string,
  front: string,
  processors: number,
): Completion {
  if (choices !== undefined) {
    // Of `--reporter NAME=FILE` the name is known, and the file is any.
    const equals = word.indexOf('=', front.length)
    return equals === -1 ? words(choices, front) : { candidates: [], filesFrom: equals + 1 }
  }
  if (value === 'N') return words(counts(processors), front)
  return value === undefined ? nothing : { candidates: [], filesFrom: front.length }
}

export function words(texts: readonly string[], front: string): Completion {
  return { candidates: texts.map(text => ({ text: front + text })) }
}

function counts(processors: number): string[] {
  const powers = Array.from({ length: 10 }, (_, i) => 2 ** i).filter(power => power < processors)
  return [...powers, processors].map(String)
}
