import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { shellWords } from '../../../../lib/shell-words.ts'
import { consoleCommand, miWord } from './mi-words.ts'
import { signalCommands } from './signals.ts'

/** What gdb is told before it knows of any program. Nothing is read from the worktree or from anybody's home. */
export const gdbArguments = [
  '-q',
  '-nx',
  // Before anything is loaded: symbols are not to be fetched from the network.
  ...['-iex', 'set debuginfod enabled off'],
  '--interpreter=mi3',
]

/** Headers whose functions are stepped over: nobody steps into `operator[]` to find an error of their own. */
const librarySources = ['/usr/include/c++/*/*', '/usr/include/c++/*/*/*']

export const settings: readonly string[] = [
  '-gdb-set mi-async on',
  '-gdb-set pagination off',
  '-gdb-set confirm off',
  '-gdb-set width 0',
  '-gdb-set host-charset UTF-8',
  '-gdb-set target-charset UTF-8',
  '-gdb-set breakpoint pending on',
  '-gdb-set unwindonsignal on',
  '-gdb-set print thread-events off',
  '-gdb-set print inferior-events off',
  '-gdb-set print static-members off',
  '-gdb-set print asm-demangle on',
  '-gdb-set startup-with-shell on',
  '-gdb-set follow-fork-mode parent',
  '-gdb-set detach-on-fork on',
  '-enable-pretty-printing',
  ...librarySources.map(glob => consoleCommand(`skip -gfi ${glob}`)),
  ...signalCommands({ errors: true, requests: false }).map(consoleCommand),
]

/** Descriptors that gdb was started with, which become the program's standard ones. */
export type Descriptors = { readonly input: number; readonly output: number; readonly error: number }

export type Launch = {
  readonly program: string
  readonly arguments: readonly string[]
  /** Of the program, where gdb itself has others. Null: not set. */
  readonly environment: Readonly<Record<string, string | null>>
  readonly descriptors: Descriptors | null
}

const foreground = readFileSync(join(import.meta.dirname, 'foreground.py'), 'utf8')

/** By the Python within gdb: a program that has a terminal can read from it. */
export const foregroundCommand = (input: number): string =>
  consoleCommand(`python TERMINAL = ${input}\n${foreground}`)

/** gdb has a shell start the program: so it gets its arguments, and its descriptors. */
export function launchCommands({ program, arguments: words, environment, descriptors }: Launch): string[] {
  const line = descriptors === null ? shellWords(words) : `${shellWords(words)} ${redirections(descriptors)}`
  return [
    `-file-exec-and-symbols ${miWord(program)}`,
    consoleCommand(`set args ${line}`),
    ...Object.entries(environment).map(([name, value]) =>
      consoleCommand(value === null ? `unset environment ${name}` : `set environment ${name} ${value}`),
    ),
  ]
}

function redirections({ input, output, error }: Descriptors): string {
  const closed = [...new Set([input, output, error])].filter(descriptor => descriptor > 2)
  return `<&${input} >&${output} 2>&${error} ${closed.map(descriptor => `${descriptor}>&-`).join(' ')}`
}
