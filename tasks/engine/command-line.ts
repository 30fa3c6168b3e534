import { didYouMean } from '../../lib/suggest.ts'
import { UserError } from '../../lib/user-error.ts'
import type { Target } from './plan.ts'
import { type ReporterChoice, readReporter, withReporter } from './reporter-choice.ts'

export interface Flags {
  readonly list: boolean
  readonly plan: boolean
  readonly json: boolean
  readonly help: boolean
  readonly version: boolean
  readonly color: boolean
  /** How many tasks at once; undefined leaves it to the machine. */
  readonly jobs: number | undefined
  readonly taskfile: string | undefined
  readonly reporters: readonly ReporterChoice[]
  /** The file for a trace of the run. */
  readonly trace: string | undefined
  readonly summary: boolean
}

type Writable = { -readonly [K in keyof Flags]: Flags[K] }

interface Option {
  readonly names: readonly string[]
  /** What its value is called in help. Without one it is a switch. */
  readonly value?: string
  readonly help: string
  readonly set: (flags: Writable, value: string) => void
}

/** Every option of `task` itself, in the order of its help. */
export const options: readonly Option[] = [
  { names: ['--list', '-l'], help: 'list the tasks', set: flags => (flags.list = true) },
  { names: ['--plan'], help: 'show what would run, and run nothing', set: flags => (flags.plan = true) },
  {
    names: ['--jobs', '-j'],
    value: 'N',
    help: 'run at most N tasks at once (default: one for each processor)',
    set: (flags, value) => (flags.jobs = readJobs(value)),
  },
  {
    names: ['--taskfile', '-f'],
    value: 'PATH',
    help: 'use this Taskfile',
    set: (flags, value) => (flags.taskfile = value),
  },
  {
    names: ['--reporter', '-r'],
    value: 'NAME[=FILE]',
    help: 'report as tree, plain, json, junit or github, on the screen or to a file; may be repeated',
    set: (flags, value) => (flags.reporters = withReporter(flags.reporters, readReporter(value))),
  },
  {
    names: ['--trace'],
    value: 'FILE',
    help: 'write a trace of the run that Perfetto opens',
    set: (flags, value) => (flags.trace = value),
  },
  {
    names: ['--summary'],
    help: 'show the slowest tasks and the critical path at the end',
    set: flags => (flags.summary = true),
  },
  { names: ['--json'], help: 'with --list: print JSON', set: flags => (flags.json = true) },
  { names: ['--no-color'], help: 'print no colours', set: flags => (flags.color = false) },
  { names: ['--version', '-V'], help: 'print the version', set: flags => (flags.version = true) },
  {
    names: ['--help', '-h'],
    help: 'print this, or help for the task named before it',
    set: flags => (flags.help = true),
  },
]

/** A command line up to its first task, which is all that can be read before the Taskfile is known. */
export interface Beginning {
  readonly flags: Flags
  readonly rest: readonly string[]
}

/** Reads the options before the first task. Throws a UserError for a wrong one, and for one that wants a task and has none. */
export function readBeginning(argv: readonly string[]): Beginning {
  const flags: Writable = {
    list: false,
    plan: false,
    json: false,
    help: false,
    version: false,
    color: true,
    jobs: undefined,
    taskfile: undefined,
    reporters: [],
    trace: undefined,
    summary: false,
  }
  let at = 0
  while (argv[at]?.startsWith('-')) at = readOption(flags, argv, at)
  const alone = at === argv.length && !flags.list && !flags.help && !flags.version
  if (alone && flags.json) throw new UserError('--json goes with --list')
  const forRun =
    flags.plan ||
    flags.jobs !== undefined ||
    flags.reporters.length > 0 ||
    flags.trace !== undefined ||
    flags.summary
  if (alone && forRun) throw new UserError('no task is named', { fix: 'see task --list' })
  return { flags, rest: argv.slice(at) }
}

/**
 * Reads the tasks and the options between them. A task that takes arguments gets every word after its name; a `--` in
 * front of them is left out.
 */
export function readTargets(
  { flags, rest }: Beginning,
  takesArguments: (name: string) => boolean,
): { readonly flags: Flags; readonly targets: readonly Target[] } {
  const all: Writable = { ...flags }
  const targets: Target[] = []
  for (let at = 0; at < rest.length; ) {
    const word = rest[at] ?? ''
    if (word.startsWith('-')) {
      if (/^(--taskfile|-f)(=|$)/.test(word)) throw new UserError(`${word} comes before the names of tasks`)
      at = readOption(all, rest, at)
      continue
    }
    at++
    if (!takesArguments(word)) {
      targets.push({ name: word, args: [] })
      continue
    }
    const args = rest.slice(at)
    const own = args.slice(0, args.includes('--') ? args.indexOf('--') : undefined)
    if (own.includes('--help') || own.includes('-h')) all.help = true
    targets.push({ name: word, args: args[0] === '--' ? args.slice(1) : args })
    break
  }
  if (all.json && !all.list) throw new UserError('--json goes with --list')
  return { flags: all, targets }
}

/** Reads the option at a place of the command line, and returns the place after it. */
function readOption(flags: Writable, words: readonly string[], at: number): number {
  const word = words[at] ?? ''
  if (word === '--') throw new UserError('"--" comes after a task that takes arguments')
  // As in `--jobs=2`, and as in `-j2`.
  const [name = '', inline] = word.startsWith('--')
    ? split(word, word.indexOf('='))
    : takesValue(word.slice(0, 2)) && word.length > 2
      ? [word.slice(0, 2), word.slice(2)]
      : [word]
  const option = options.find(({ names }) => names.includes(name))
  if (option === undefined) {
    const known = options.flatMap(({ names }) => names.filter(name => name.startsWith('--')))
    throw new UserError(`unknown option "${name}"`, { fix: didYouMean(name, known) ?? 'see task --help' })
  }
  if (option.value === undefined) {
    if (inline !== undefined) throw new UserError(`${name} takes no value: ${word}`)
    option.set(flags, '')
    return at + 1
  }
  const value = inline ?? words[at + 1]
  if (value === undefined || value === '')
    throw new UserError(`${name} needs a value: ${name} ${option.value}`)
  option.set(flags, value)
  return inline === undefined ? at + 2 : at + 1
}

function takesValue(name: string): boolean {
  return options.some(({ names, value }) => value !== undefined && names.includes(name))
}

function split(word: string, at: number): [string, string?] {
  return at === -1 ? [word] : [word.slice(0, at), word.slice(at + 1)]
}

function readJobs(value: string): number {
  const jobs = Number(value)
  if (/^\d+$/.test(value) && jobs >= 1 && jobs <= 10_000) return jobs
  throw new UserError(`--jobs ${value}: not a number of tasks`, {
    fix: 'a whole number from 1 to 10000, as in --jobs 4',
  })
}
