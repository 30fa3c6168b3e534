import type { Words } from './words.ts'

/** What is run under a debugger, as every command that begins one takes it. */
export const debuggeeFlags = {
  arguments: false,
  python: { value: 'FILE' },
  module: { value: 'NAME' },
  binary: { value: 'PATH' },
  core: { value: 'FILE' },
  node: { value: 'FILE' },
  go: { value: 'PATH' },
  engine: { value: 'NAME' },
  stdin: { value: 'FILE', read: 'file', describe: 'a file that it reads as its standard input' },
  columns: { value: 'N' },
  rows: { value: 'N' },
  interpreter: { value: 'PROGRAM' },
  environment: { name: 'env', value: 'NAME=VALUE' },
  timeout: { read: 'seconds', value: 'DURATION' },
} as const satisfies Words<'debug.launch'>['flags']

export const debuggeeArguments = {
  field: 'arguments',
  value: 'ARGUMENTS',
  describe: 'arguments of the program',
} as const
