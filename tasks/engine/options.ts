import { UserError } from '../../lib/user-error.ts'
import { type ReporterChoice, readReporter, reporterNames, withReporter } from './reporter-choice.ts'

/** What the options of `task` itself say. */
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
  /** After a failure, go on with what does not need the task that failed. */
  readonly keepGoing: boolean
  /** Run what is up to date, too. */
  readonly force: boolean
  /** Run the tasks that are named, and nothing that they need. */
  readonly only: boolean
  readonly watch: boolean
  /** Answer every question of a task with yes. */
  readonly yes: boolean
}

export type WritableFlags = { -readonly [K in keyof Flags]: Flags[K] }

export const noFlags: Flags = {
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
  keepGoing: false,
  force: false,
  only: false,
  watch: false,
  yes: false,
}

export interface Option {
  readonly names: readonly string[]
  /** What its value is called in help. Without one it is a switch. */
  readonly value?: string
  /** Where its value is one of a few. */
  readonly choices?: readonly string[]
  readonly help: string
  /** Whether it makes no sense without a task or a subcommand. */
  readonly forRun?: true
  readonly set: (flags: WritableFlags, value: string) => void
}

/** Every option of `task` itself, in the order of its help. */
export const options: readonly Option[] = [
  { names: ['--list', '-l'], help: 'list the tasks', set: flags => (flags.list = true) },
  {
    names: ['--plan'],
    help: 'show what would run, and run nothing',
    forRun: true,
    set: flags => (flags.plan = true),
  },
  {
    names: ['--jobs', '-j'],
    value: 'N',
    help: 'run at most N tasks at once (default: one for each processor)',
    forRun: true,
    set: (flags, value) => (flags.jobs = readJobs(value)),
  },
  {
    names: ['--keep-going', '-k'],
    help: 'after a failure, run all that does not need what failed',
    forRun: true,
    set: flags => (flags.keepGoing = true),
  },
  {
    names: ['--force'],
    help: 'run what is up to date, too',
    forRun: true,
    set: flags => (flags.force = true),
  },
  {
    names: ['--only'],
    help: 'run the named tasks, and nothing that they need',
    forRun: true,
    set: flags => (flags.only = true),
  },
  {
    names: ['--watch', '-w'],
    help: 'run again whenever an input changes',
    forRun: true,
    set: flags => (flags.watch = true),
  },
  {
    names: ['--yes', '-y'],
    help: 'answer every question with yes',
    forRun: true,
    set: flags => (flags.yes = true),
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
    choices: reporterNames,
    help: 'report as tree, plain, json, junit or github, on the screen or to a file; may be repeated',
    forRun: true,
    set: (flags, value) => (flags.reporters = withReporter(flags.reporters, readReporter(value))),
  },
  {
    names: ['--trace'],
    value: 'FILE',
    help: 'write a trace of the run that Perfetto opens',
    forRun: true,
    set: (flags, value) => (flags.trace = value),
  },
  {
    names: ['--summary'],
    help: 'show the slowest tasks and the critical path at the end',
    forRun: true,
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

/** The long names, for suggestions. */
export const optionNames: readonly string[] = options.flatMap(({ names }) => names.slice(0, 1))

/** Whether a word is an option of `task` itself, with or without its value: `--jobs=2`, `-j2`. */
export function isKnownOption(word: string): boolean {
  return optionNamed(splitOption(word).name) !== undefined
}

/** Reads the option at a place of the command line, which must be a known one, and returns the place after it. */
export function readOption(flags: WritableFlags, words: readonly string[], at: number): number {
  const word = words[at] ?? ''
  const { name, inline } = splitOption(word)
  const option = optionNamed(name)
  if (option === undefined) throw new Error(`no option: ${word}`)
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

/** As in `--jobs=2`, and as in `-j2`. */
export function splitOption(word: string): { readonly name: string; readonly inline: string | undefined } {
  if (word.startsWith('--')) {
    const at = word.indexOf('=')
    return at === -1
      ? { name: word, inline: undefined }
      : { name: word.slice(0, at), inline: word.slice(at + 1) }
  }
  const name = word.slice(0, 2)
  const joined = word.length > 2 && optionNamed(name)?.value !== undefined
  return joined ? { name, inline: word.slice(2) } : { name: word, inline: undefined }
}

export function optionNamed(name: string): Option | undefined {
  return options.find(({ names }) => names.includes(name))
}

function readJobs(value: string): number {
  const jobs = Number(value)
  if (/^\d+$/.test(value) && jobs >= 1 && jobs <= 10_000) return jobs
  throw new UserError(`--jobs ${value}: not a number of tasks`, {
    fix: 'a whole number from 1 to 10000, as in --jobs 4',
  })
}
