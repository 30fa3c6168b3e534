import { z } from 'zod'

/** Input fields that several operations share, each parsed here and nowhere else. */

const name = z
  .string()
  .max(100)
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]*$/,
    'expected letters, digits, ".", "_" or "-", beginning with a letter or digit',
  )

/** A repository's name: its handle in every surface, and safe as a file name. */
export const repositoryName = name

/** What a user calls a session by; several may share one. */
export const sessionLabel = name

/** A user's name: their handle in every surface. */
export const userName = name

/** Text of one line for people to read: nothing in it moves a cursor or turns the direction of what follows. */
export const shownText = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^\P{C}*$/u, 'must be one line without control characters')

/** Of a token. It is a user's name as well, for a token may bring its user along. */
export const tokenName = name

/**
 * A commit id, a branch or a tag: what git-check-ref-format(1) lets a name be, so that every branch there is can be
 * asked for. It admits no option (a leading `-`), no revision syntax (`~`, `^`, `:`, `..`, `@{`), no white space and no
 * control character, so it can stand where git takes a revision.
 */
export const revision = z
  .string()
  .min(1)
  .max(250)
  .regex(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is excluded
    /^(?![-./]|@$)(?!.*(?:\.\.|\/\/|@\{|\/\.|\.lock(?:\/|$)))[^\u0000-\u001f\u007f-\u009f\s~^:?*[\\]+(?<![./])$/,
    'expected a commit id, a branch or a tag',
  )

/** Text of at most so many characters that a system call can take. */
export const nullFree = (most: number) =>
  z
    .string()
    .max(most)
    .refine(text => !text.includes('\0'), 'must not contain a NUL byte')

/** A shell line, run by `sh -c`, or the words of a program call, run without a shell. */
export const commandLine = z.union([
  nullFree(100_000).min(1),
  z
    .array(nullFree(100_000))
    .min(1)
    .max(1_000)
    .refine(words => words[0] !== '', 'the first word must name a program'),
])
export type CommandLine = z.infer<typeof commandLine>

/** A directory inside the worktree, relative to its top. */
export const worktreeDirectory = z
  .string()
  .max(1_000)
  .refine(
    text => !text.startsWith('/') && !text.includes('\0') && !text.split('/').includes('..'),
    'expected a directory inside the worktree, relative to its top',
  )

/** A line of a file in the worktree, as it is typed: `src/app.py:12`. See `parseSourceLine`. */
export const sourceLine = nullFree(1_000).refine(
  text => parseSourceLine(text) !== undefined,
  'expected FILE:LINE, such as src/app.py:12, the file relative to the top of the worktree',
)

export type SourceLine = { readonly file: string; readonly line: number }

/** Undefined where it is none: no line, or a file that leads out of the worktree. */
export function parseSourceLine(text: string): SourceLine | undefined {
  const [, file = '', line = ''] = /^(.+):([1-9]\d{0,8})$/s.exec(text) ?? []
  if (file === '' || file.startsWith('/') || file.split('/').includes('..')) return undefined
  return {
    file: file
      .split('/')
      .filter(part => part !== '' && part !== '.')
      .join('/'),
    line: Number(line),
  }
}

const variableName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'expected the name of an environment variable')

export const environmentVariables = z.record(variableName, nullFree(100_000))

/** Shorter values would be found everywhere: a `1` that is masked ruins every log. */
const shortestSecret = 4
/** Of all together, in bytes: whoever reads a log looks for each of them. */
const mostSecretBytes = 65_536

/** Values that nobody is told again, by the names of the environment variables that hold them. */
export const secrets = z
  .record(
    variableName,
    nullFree(16_384).refine(
      text => text.trim().length >= shortestSecret,
      `must have at least ${shortestSecret} characters: a shorter value would be masked everywhere`,
    ),
  )
  .refine(given => Object.keys(given).length <= 100, 'expected at most 100 secrets')
  .refine(
    given => new TextEncoder().encode(Object.values(given).join('')).length <= mostSecretBytes,
    'must be at most 64 KiB of UTF-8 together, names not counted',
  )

/** In characters. */
export const longestPatch = 10_000_000

/** A unified diff as `git diff` writes it. */
export const patch = z
  .string()
  .min(1)
  .max(longestPatch)
  .refine(text => text.isWellFormed(), 'must be text: it has half of a surrogate pair')

const waitRange = 'expected 0 to 60 seconds'
/** Seconds that the request may be held until the thing asked for has settled; 0 answers at once. */
export const waitSeconds = z.number().min(0, waitRange).max(60, waitRange).default(0)

/** A span in whole seconds of ten years at the most; 0 is none. */
export const lifeSeconds = z
  .int()
  .min(0)
  .max(10 * 366 * 86_400)

export const flag = z.boolean().default(false)

/** An instant, ISO 8601 in UTC with milliseconds. */
export const instant = z.iso.datetime({ precision: 3 })

const longestInput = 1_048_576

/** What a command finds on its standard input. */
export const standardInput = z
  .string()
  .max(longestInput)
  .refine(text => text.isWellFormed(), 'must be text: it has half of a surrogate pair')
  .refine(text => new TextEncoder().encode(text).length <= longestInput, 'must be at most 1 MiB of UTF-8')

/** What a command may use; without one, what the server's configuration says. */
export const commandLimitFields = {
  memory_limit: z
    .int()
    .min(1)
    .optional()
    .describe('bytes of memory that all its processes may take together'),
  process_limit: z.int().min(1).max(1_000_000).optional().describe('processes that it may have at a time'),
  file_size_limit: z
    .int()
    .min(1)
    .optional()
    .describe('bytes of any one file that it may write, in steps of 512'),
  output_limit: z.int().min(1).optional().describe('bytes that it may write to stdout and stderr together'),
}

/** Where and how a command runs; a debuggee is one, too. */
export const commandSurroundings = {
  directory: worktreeDirectory.default('.').describe('where to run it, relative to the top of the worktree'),
  environment: environmentVariables.default({}).describe('variables to add'),
  timeout: z
    .number()
    .positive()
    .max(7 * 86_400)
    .optional()
    .describe('seconds after which it is ended; default: none'),
}
