import type { SubcommandName } from './names.ts'
import type { ParamDeclaration } from './params/declaration.ts'

/** What `task` does beside running tasks. The first word of a command line may name one; no task is called so. */
export interface Subcommand {
  readonly name: SubcommandName
  readonly describe: string
  readonly params: readonly ParamDeclaration[]
}

const json: ParamDeclaration = {
  name: 'json',
  flag: '--json',
  kind: 'boolean',
  positional: false,
  variadic: false,
  required: false,
  default: 'false',
  describe: 'print JSON',
}

export const subcommands: readonly Subcommand[] = [
  {
    name: 'runs',
    describe: 'list the runs that are remembered, or show the one named',
    params: [place('run', 'RUN', 'as the list shows it'), json],
  },
  {
    name: 'why',
    describe: 'say what changed since a task ran last',
    params: [place('name', 'NAME', 'a task', { required: true }), json],
  },
  {
    name: 'graph',
    describe: 'print the graph of all tasks, or of those named and what they need',
    params: [
      place('names', 'NAME', 'tasks', { kind: 'list', variadic: true }),
      flag('format', 'FORMAT', 'how it is written', {
        default: 'mermaid',
        choices: ['mermaid', 'dot', 'json'],
      }),
    ],
  },
  {
    name: 'resume',
    describe: 'go on with a run that failed or was killed: the last one, or the one named',
    params: [place('run', 'RUN', 'as task runs shows it')],
  },
  {
    name: 'cache',
    describe: 'remove what has not been used for longest from the cache',
    params: [
      place('action', 'prune', 'prune', { required: true, choices: ['prune'] }),
      flag('maxSize', 'SIZE', 'how much may stay, as in 500MB'),
    ],
  },
  {
    name: 'completions',
    describe: 'print a script that completes tasks and flags in a shell',
    params: [
      place('shell', 'bash|zsh|fish', 'the shell', { required: true, choices: ['bash', 'zsh', 'fish'] }),
    ],
  },
]

type More = Partial<Pick<ParamDeclaration, 'kind' | 'variadic' | 'required' | 'default' | 'choices'>>

function place(name: string, value: string, describe: string, more: More = {}): ParamDeclaration {
  return { ...flag(name, value, describe), positional: true, ...more }
}

function flag(name: string, value: string, describe: string, more: More = {}): ParamDeclaration {
  return {
    name,
    flag: `--${name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`,
    kind: 'value',
    positional: false,
    variadic: false,
    required: false,
    value,
    describe,
    ...more,
  }
}
