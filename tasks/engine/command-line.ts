import { didYouMean } from '../../lib/suggest.ts'
import { UserError } from '../../lib/user-error.ts'
import {
  type Flags,
  isKnownOption,
  noFlags,
  optionNames,
  options,
  readOption,
  splitOption,
  type WritableFlags,
} from './options.ts'
import { flagsOf, type ParamDeclaration } from './params/declaration.ts'
import { GivenWords, isOption } from './params/given-words.ts'
import type { Target } from './plan.ts'

/** A command line up to its first task, which is all that can be read before the Taskfile is known. */
export interface Beginning {
  readonly flags: Flags
  readonly rest: readonly string[]
}

/** Reads the options before the first word. Throws a UserError for a wrong one, and for one that wants a task and has none. */
export function readBeginning(argv: readonly string[]): Beginning {
  const flags: WritableFlags = { ...noFlags }
  const forRun = new Set(options.filter(option => option.forRun).flatMap(({ names }) => names))
  let wantsTask = false
  let at = 0
  while (isOption(argv[at] ?? '')) {
    const word = argv[at] ?? ''
    if (word === '--') throw new UserError('"--" comes after the name of a task')
    if (!isKnownOption(word)) throw unknownOption(word, optionNames, 'see task --help')
    wantsTask ||= forRun.has(splitOption(word).name)
    at = readOption(flags, argv, at)
  }
  const alone = at === argv.length && !flags.list && !flags.help && !flags.version
  if (alone && flags.json) throw new UserError('--json goes with --list')
  refuseWatch(flags)
  if (alone && wantsTask) throw new UserError('no task is named', { fix: 'see task --list' })
  return { flags, rest: argv.slice(at) }
}

/** A task that was named, with the words that it has taken so far. */
interface Named {
  readonly name: string
  readonly given: GivenWords
}

export interface CommandLine {
  readonly flags: Flags
  readonly targets: readonly Target[]
}

/**
 * Reads tasks, their words, and the options between them. After the name of a task its own flags go before options of
 * the same name; a word without a dash fills the next positional of that task, and where it has none left names the next
 * one. What follows `--` is for the task named last. `paramsOf` throws for a name that no task has.
 */
export async function readTargets(
  { flags: before, rest: words }: Beginning,
  paramsOf: (name: string) => Promise<readonly ParamDeclaration[]>,
): Promise<CommandLine> {
  const flags: WritableFlags = { ...before }
  const targets: Named[] = []
  const end = endOf(words)
  for (let at = 0; at < end; ) {
    const last = targets.at(-1)
    const next = last?.given.take(words.slice(0, end), at)
    if (next !== undefined) {
      at = next
      continue
    }
    const word = words[at] ?? ''
    if (!isOption(word)) {
      targets.push({ name: word, given: new GivenWords(await paramsOf(word)) })
      at++
    } else at = readGlobal(flags, words.slice(0, end), at, last)
  }
  if (end < words.length && targets.length === 0) throw new UserError('"--" comes after the name of a task')
  if (flags.json && !flags.list) throw jsonAlone(targets.at(-1))
  refuseWatch(flags)
  const rest = words.slice(end + 1)
  return {
    flags,
    targets: targets.map(({ name, given }, i) => ({
      name,
      words: given.words,
      rest: i === targets.length - 1 ? rest : [],
    })),
  }
}

/** Reads an option of `task` itself that stands behind a name. */
export function readGlobal(
  flags: WritableFlags,
  words: readonly string[],
  at: number,
  last: Named | undefined,
): number {
  const word = words[at] ?? ''
  if (!isKnownOption(word)) {
    const own = last?.given.declarations ?? []
    const help = own.length > 0 ? `see task ${last?.name} --help` : 'see task --help'
    throw unknownOption(word, [...flagsOf(own), ...optionNames], help)
  }
  if (splitOption(word).name.match(/^(--taskfile|-f)$/))
    throw new UserError(`${word} comes before the names of tasks`)
  return readOption(flags, words, at)
}

function refuseWatch({ watch, plan, list }: Flags): void {
  if (!watch || !(plan || list)) return
  throw new UserError(`--watch runs tasks, and ${plan ? '--plan' : '--list'} runs none`, {
    fix: 'give one of them',
  })
}

function unknownOption(word: string, known: readonly string[], otherwise: string): UserError {
  const [name = word] = word.startsWith('--') ? word.split('=', 1) : [word]
  return new UserError(`unknown option "${name}"`, { fix: didYouMean(name, known) ?? otherwise })
}

function jsonAlone(last: Named | undefined): UserError {
  const own = last?.given.declarations.some(({ flag }) => flag === '--json') === true
  return new UserError('--json goes with --list', {
    fix: own ? `if it is meant for ${last?.name}: task ${last?.name} --json` : undefined,
  })
}

/** Where `--` stands that ends the words of the command line; a value of an option cannot be one. */
function endOf(words: readonly string[]): number {
  const at = words.indexOf('--')
  return at === -1 ? words.length : at
}
