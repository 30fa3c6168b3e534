import { Command } from 'commander'
import { examplesText } from './examples-text.ts'
import { exitCodesHelp } from './exit-codes.ts'
import type { Io } from './io.ts'
import { type Leaf, type LocalName, leaves } from './leaves.ts'
import type { CliName } from './words/words.ts'
import { groups, words } from './words.ts'

export type ProgramOptions = {
  readonly io: Io
  /** Gives a command what it is made of, just before it is parsed: what is not asked for is not loaded. */
  readonly fillOperation: (command: Command, name: CliName) => Promise<void>
  readonly fillLocal: (command: Command, name: LocalName) => Promise<void>
}

/** What goes with every command. */
export const globalFlags: readonly { readonly flags: string; readonly describe: string }[] = [
  { flags: '--base-url <URL>', describe: 'address of the server (DEBUG_SERVER_URL)' },
  { flags: '--token <TOKEN>', describe: 'token to use (DEBUG_SERVER_TOKEN)' },
  { flags: '--ca <FILE>', describe: 'certificates to trust, in PEM (DEBUG_SERVER_CA)' },
  {
    flags: '--insecure',
    describe: 'do not verify the certificate of the server (DEBUG_SERVER_INSECURE)',
  },
  { flags: '--verify', describe: 'verify it, although the server was kept as insecure' },
  {
    flags: '--profile <NAME>',
    describe: 'what "debug-server configure" has kept under this name (DEBUG_SERVER_PROFILE)',
  },
  { flags: '--json', describe: 'print JSON: what the server answered, or one message a line' },
  {
    flags: '--verbose',
    describe: 'tell every request, its status, time and id on stderr; never a secret',
  },
  { flags: '-V, --version', describe: 'print the version' },
]

/** The tree of commands, its leaves empty until one of them is asked for. */
export function createProgram(options: ProgramOptions): Command {
  const { io } = options
  const program = new Command('debug-server')
    .description('Runs, watches and debugs any git repository on a Debug Server.')
    .usage('[options] COMMAND')
    .helpCommand(false)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: text => void io.stdout.write(text),
      writeErr: text => void io.stderr.write(text),
      outputError: () => {},
      getOutHelpWidth: () => io.stdout.columns || 100,
      getErrHelpWidth: () => io.stderr.columns || 100,
    })
    .addHelpText('after', afterHelp)
  for (const { flags, describe } of globalFlags) program.option(flags, describe)
  const { fillOperation, fillLocal } = options
  const fill = (command: Command, { does }: Leaf) =>
    'local' in does ? fillLocal(command, does.local) : fillOperation(command, does.operation)
  const tops = new Map<string, Leaf[]>()
  for (const leaf of leaves()) tops.set(leaf.path[0], [...(tops.get(leaf.path[0]) ?? []), leaf])
  for (const [name, inside] of tops) program.command(name).summary(summaryOf(name, inside))
  program.hook('preSubcommand', async (_, top) => {
    for (const leaf of tops.get(top.name()) ?? []) {
      const [, second] = leaf.path
      await fill(second === undefined ? top : top.command(second), leaf)
    }
    const group = groups[top.name()]
    if (group === undefined) return
    top.description(sentence(group)).usage('[options] COMMAND').helpCommand(false)
    top.addHelpText('after', groupHelp(top.name()))
  })
  return program
}

const localSummaries: Record<string, string> = {
  completions: 'the script with which bash, zsh or fish completes all of this',
  configure: 'keep the address of a server and a token',
  events: 'what changes, as it happens',
  init: 'files in which this clone is configured',
  login: 'sign in with a password',
  logout: 'end the sign-in',
  register: 'become a user by an invite',
  serve: 'the server itself, in the foreground',
  status: 'whether the server answers and is ready',
  features: 'what the server offers',
  tunnel: 'a port of a session, on your own machine',
  stats: 'how much there is of users, sessions, commands and bytes',
  audit: 'who had what changed',
  mcp: 'the same for coding agents, over MCP on standard input and output',
  whoami: 'the user and the token in use, and what it may do',
}

function summaryOf(name: string, leaves: readonly Leaf[]): string {
  const group = groups[name]
  if (group === undefined) return localSummaries[name] ?? ''
  return `${group}: ${leaves.map(({ path }) => path[1]).join(', ')}`
}

const sentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`

/** One example of each command of a group. */
const groupHelp = (group: string): string => {
  const examples = Object.values(words).flatMap(({ path, alias, examples: [example = ''] }) => {
    const shown = path[0] === group ? path : alias?.[0] === group ? alias : undefined
    return shown === undefined ? [] : [[...shown, example].join(' ')]
  })
  return examplesText([], examples.length > 0 ? examples : [`${group} --help`])
}

const afterHelp = `
Examples:
  debug-server repository add https://example.org/team/app.git --name demo
  debug-server session create --repository demo --patch fix.patch --command "make test" --follow
  debug-server session logs @last
  debug-server command run @last --follow -- git status --short
  debug-server debug launch @last --python app.py --break app.py:12

A session, command or token is named by its id, by a unique beginning of it, or, for the latest session, by @last.

Which server: the flags above; else the variables named there; else, inside the clone that this program belongs to,
the server that "npx task up" started; else the profile in use of those that "debug-server configure" has kept, in
$DEBUG_SERVER_HOME/config.toml or $XDG_CONFIG_HOME/debug-server/config.toml; else the server of the clone that this
program is linked from. A profile that is named counts as a flag or a variable does. "debug-server config show" tells what is used and where it comes from. NO_COLOR turns colours off.

${exitCodesHelp}
`
