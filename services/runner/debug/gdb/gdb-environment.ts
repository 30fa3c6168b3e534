/**
 * What gdb itself is to have in place of its command's variables: English words, a plain shell to start the program with, and
 * nothing that is meant for the program and would be taken by gdb or the Python within it.
 */
export const gdbEnvironment = {
  LC_ALL: 'C.UTF-8',
  SHELL: '/bin/sh',
  PYTHONHOME: '',
  PYTHONPATH: '',
  LD_PRELOAD: '',
  LD_LIBRARY_PATH: '',
} as const

/** What gdb, or whatever starts it, adds of its own. */
const added = ['LINES', 'COLUMNS', 'DEBUG_SERVER_HOST'] as const

/** The program has them as its command does. Null: not at all. */
export const programEnvironment = (
  environment: Readonly<Record<string, string>>,
): Record<string, string | null> =>
  Object.fromEntries(
    [...Object.keys(gdbEnvironment), ...added].map(name => [name, environment[name] ?? null]),
  )
