import { type Completion, nothing } from '../../../lib/completion/completion.ts'
import { UserError } from '../../../lib/user-error.ts'
import { reservedNames } from '../names.ts'
import { type Option, optionNamed, splitOption } from '../options.ts'
import type { ParamDeclaration } from '../params/declaration.ts'
import { flagNamed, GivenWords, isOption } from '../params/given-words.ts'
import { type Subcommand, subcommands } from '../subcommands.ts'
import { optionCandidates, optionValues } from './option-candidates.ts'
import { flagCandidates, paramValues } from './param-candidates.ts'
import type { World } from './world.ts'

/**
 * What may stand at place `at` of the words behind `task`, of which the one there may have been begun. Words before it
 * are read as `command-line.ts` reads them, but a wrong one is no reason not to go on; those behind it do not count.
 * Whether a candidate begins as the word does is for the shell to find, for each has its own idea of that.
 */
export async function completionsFor(all: readonly string[], at: number, world: World): Promise<Completion> {
  const before = all.slice(0, at)
  const word = all[at] ?? ''
  if (before.includes('--')) return nothing
  const line = new Line(world)
  for (let i = 0; i < before.length; ) {
    const open = line.valueOf(before, i)
    if (open !== undefined && i === before.length - 1) return open(word, '')
    i = await line.take(before, i)
  }
  return line.at(word)
}

type Values = (word: string, front: string) => Completion

/** The words of a command line, up to the cursor. */
class Line {
  readonly #world: World
  readonly #options = new Set<Option>()
  readonly #names: string[] = []
  #taskfile: string | undefined
  #subcommand: Subcommand | undefined
  /** Of the subcommand, or of the task named last. */
  #given = new GivenWords([])

  constructor(world: World) {
    this.#world = world
  }

  /** The values of the option at a place, if that is one whose value is the next word. */
  valueOf(words: readonly string[], at: number): Values | undefined {
    const word = words[at] ?? ''
    if (!isOption(word)) return undefined
    const flag = flagNamed(word, this.#given.declarations)
    const found = flag === undefined ? this.#globalValue(word) : this.#ownValue(flag)
    return found?.inline === undefined ? found?.values : undefined
  }

  /** Returns the place after what it has taken. */
  async take(words: readonly string[], at: number): Promise<number> {
    const word = words[at] ?? ''
    const next = this.#takeOwn(words, at)
    if (next !== undefined) return next
    if (isOption(word)) return this.#takeOption(words, at)
    if (this.#subcommand !== undefined) return at + 1
    const subcommand = subcommands.find(({ name }) => name === word)
    if (this.#names.length === 0 && subcommand !== undefined) {
      this.#subcommand = subcommand
      this.#given = new GivenWords(subcommand.params)
    } else {
      this.#names.push(word)
      this.#given = new GivenWords(await this.#world.paramsOf(word, this.#taskfile))
    }
    return at + 1
  }

  /** What may stand here. */
  async at(word: string): Promise<Completion> {
    if (word.startsWith('-') && !/^-[\d.]/.test(word)) return this.#flags(word)
    const { open } = this.#given
    if (this.#subcommand !== undefined)
      return open === undefined ? this.#flags(word) : this.#placeOfSubcommand(this.#subcommand, open)
    if (open !== undefined) return paramValues(open, this.#given, '')
    const tasks = (await this.#world.tasks(this.#taskfile)).filter(({ text }) => !this.#names.includes(text))
    if (this.#names.length > 0) return { candidates: tasks }
    const own = subcommands.map(({ name, describe }) => ({ text: name, describe }))
    return { candidates: [...tasks.filter(({ text }) => !reservedNames.has(text)), ...own] }
  }

  #flags(word: string): Completion {
    const flag = flagNamed(word, this.#given.declarations)
    const found = flag === undefined ? this.#globalValue(word) : this.#ownValue(flag)
    if (found?.inline !== undefined)
      return found.values(word, word.slice(0, word.length - found.inline.length))
    const place = this.#subcommand ? 'subcommand' : this.#names.length > 0 ? 'tasks' : 'first'
    const own = flagCandidates(this.#given, word)
    const taken = new Set(own.map(({ text }) => text))
    const others = optionCandidates(word, place, this.#options).filter(({ text }) => !taken.has(text))
    return { candidates: [...own, ...others] }
  }

  async #placeOfSubcommand({ name }: Subcommand, place: ParamDeclaration): Promise<Completion> {
    const before = this.#given.given.get(place.name)?.text
    switch (place.value) {
      case 'NAME': {
        const tasks = await this.#world.tasks(this.#taskfile)
        return {
          candidates: tasks.filter(({ text }) => !Array.isArray(before) || !before.includes(text)),
        }
      }
      case 'RUN': {
        const runs = await this.#world.runs(this.#taskfile)
        const fit = runs.filter(
          ({ outcome }) => name !== 'resume' || ['failed', 'cancelled', 'killed'].includes(outcome),
        )
        return {
          candidates: fit.map(({ id, outcome, words }) => ({
            text: id,
            describe: `${outcome}: task ${words.join(' ')}`,
          })),
        }
      }
      default:
        return paramValues(place, this.#given, '')
    }
  }

  #globalValue(word: string): Found | undefined {
    const { name, inline } = splitOption(word)
    const option = optionNamed(name)
    if (option?.value === undefined) return undefined
    return { inline, values: (text, front) => optionValues(option, text, front, this.#world.processors) }
  }

  #ownValue({ declaration, inline }: NonNullable<ReturnType<typeof flagNamed>>): Found | undefined {
    if (declaration.kind === 'boolean') return undefined
    // Of a subcommand's flags only those with choices are known words.
    const known = this.#subcommand === undefined || declaration.choices !== undefined
    return {
      inline,
      values: (_, front) => (known ? paramValues(declaration, this.#given, front) : nothing),
    }
  }

  #takeOwn(words: readonly string[], at: number): number | undefined {
    try {
      return this.#given.take(words, at)
    } catch (error) {
      if (error instanceof UserError) return at + 1
      throw error
    }
  }

  #takeOption(words: readonly string[], at: number): number {
    const word = words[at] ?? ''
    const { name, inline } = splitOption(word)
    const option = optionNamed(name)
    if (option === undefined) return at + 1
    this.#options.add(option)
    const value = inline ?? words[at + 1]
    if (option.names.includes('--taskfile') && this.#names.length === 0) this.#taskfile = value
    return option.value === undefined || inline !== undefined ? at + 1 : at + 2
  }
}

interface Found {
  /** The value that is joined to the option, as in `--jobs=4`. */
  readonly inline: string | undefined
  readonly values: Values
}
