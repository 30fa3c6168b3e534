import type { Command } from 'commander'
import { usageError } from '../cli-error.ts'
import { examplesText } from '../examples-text.ts'
import type { Io } from '../io.ts'
import type { LocalName } from '../leaves.ts'
import type { RenderContext } from '../words/words.ts'
import { gathered, type LocalCommand } from './local-act.ts'
import { mcpServerCommands } from './mcp-server/commands.ts'

/** Gives a commander command the help and the action of one that is about this client itself. */
export function fillLocalCommand(
  command: Command,
  name: LocalName,
  { io, context, ended }: { io: Io; context: RenderContext; ended: (exitCode: number) => void },
): void {
  declareLocalCommand(command, name)
  const { act } = localCommands[name]
  command.action(async () => {
    const code = await act(io, command.optsWithGlobals(), context, command.args)
    if (typeof code === 'number') ended(code)
  })
}

/** All of it but the action. Returns its examples. */
export function declareLocalCommand(command: Command, name: LocalName): readonly string[] {
  const { summary, examples, words } = localCommands[name]
  command.summary(summary).description(summary)
  command.addHelpText('after', examplesText(name.split(' '), examples))
  words?.(command)
  return examples
}

/** The executable hands over to such a program before commands are read; here one only gets from within. */
function ownProgram(name: string): never {
  throw usageError(`${name} is a program of its own`, `start it as "debug-server ${name}"`)
}

const localCommands: Record<LocalName, LocalCommand> = {
  ...mcpServerCommands,
  configure: {
    summary:
      'Keep the address of a server and a token for it (--base-url, --token, --ca, --insecure), readable by you alone, in a profile of that name where one is given (--profile); the token is read from standard input when it is - or left out, and in a terminal one may do without and sign in',
    examples: [
      '--base-url http://127.0.0.1:8000 --token TOKEN',
      '--base-url https://debug.example.org --ca ca.pem < token.txt',
      '--base-url https://debug.example.org --insecure --token -',
      '--profile work --base-url https://debug.example.org < token.txt',
      '--profile work --base-url https://debug.example.org --no-token',
    ],
    words: command => command.option('--no-token', 'keep no token: one signs in instead'),
    act: async (io, flags) => (await import('./configure.ts')).configure(io, flags),
  },
  login: {
    summary:
      'Sign in with a password, and stay signed in at this server until "logout": it is asked for in the terminal, or the first line of standard input',
    examples: ['maria', 'maria --password password.txt', 'maria --base-url https://debug.example.org'],
    words: command =>
      command
        .argument('<name>', 'who')
        .option('--password <FILE>', 'the first line of a file; - reads standard input, or asks', '-'),
    act: async (io, flags, _, args) => (await import('./sign-in.ts')).login(io, flags, args),
  },
  register: {
    summary:
      'Become a user of this server by an invite, and sign in: the code and the password, twice, are asked for in the terminal, or are the first two lines of standard input',
    examples: [
      'maria',
      'maria --display-name "Maria M."',
      'maria --invite invite.txt --password password.txt',
    ],
    words: command =>
      command
        .argument('<name>', 'what to be called; nobody else may be, in whatever case')
        .option('--invite <FILE>', 'the first line of a file; - reads standard input, or asks', '-')
        .option('--password <FILE>', 'the first line of a file; - reads standard input, or asks twice', '-')
        .option('--display-name <TEXT>', 'as others are to see the name'),
    act: async (io, flags, _, args) => (await import('./sign-in.ts')).register(io, flags, args),
  },
  logout: {
    summary: 'End the sign-in at this server, with all that it has opened, and forget it',
    examples: ['', '--base-url https://debug.example.org'],
    act: async (io, flags) => (await import('./sign-in.ts')).logout(io, flags),
  },
  'config show': {
    summary:
      'The settings in use: of this client and, in a clone of Debug Server, of its services and its bootstrap',
    examples: ['', '--origin', '--json'],
    words: command => command.option('--origin', 'tell where each value comes from'),
    act: async (io, flags, context) => (await import('./config-show.ts')).showConfig(io, flags, context),
  },
  mcp: {
    summary:
      'Serve all of this to a coding agent over MCP, on standard input and output: it is started by the agent (docs/mcp.md tells how), finds its server as every command does, and ends with its input',
    examples: [
      '',
      '--base-url https://debug.example.org --ca ca.pem',
      '--http --bearer-file bearer.txt',
      `--tool session_logs --args '{"session": "@last"}'`,
    ],
    words: command =>
      command
        .option(
          '--config <FILE>',
          "a configuration file in place of the user's; its server comes before variables",
        )
        .option('--http', 'serve several clients over Streamable HTTP on 127.0.0.1 instead, at /mcp')
        .option('--port <PORT>', 'where HTTP is served; 0: any that is free (default: 9191)')
        .option(
          '--bearer-file <FILE>',
          'what clients have to bear; default: a new one, told on standard error',
        )
        .option('--manifest', 'print all tools, resources and prompts as JSON, without a server')
        .option('--tool <NAME>', 'call one tool, print its result and exit: 0, or 1 where it fails')
        .option('--args <JSON>', 'the arguments of that call; - reads standard input'),
    act: async () => ownProgram('mcp'),
  },
  serve: {
    summary:
      'Run the server of this clone in the foreground, with its logs on standard output, until Ctrl+C, which ends everything; "npx task up" starts it in the background',
    examples: ['', '--config staging.toml'],
    words: command => command.option('--config <FILE>', 'read this file of settings, too; may be repeated'),
    act: async () => ownProgram('serve'),
  },
  'session debug': {
    summary:
      'Any debug operation by its name, its fields as NAME=VALUE: does what "debug-server debug ACTION" does',
    examples: [
      '@last --payload python=app.py --payload breakpoints=app.py:12',
      '@last --action step_in',
      '@last --action evaluate --payload "expression=total + 1" --payload frame=1',
      '@last --action break --payload breakpoints=app.py:12 --payload "if=total > 10"',
      '@last --action stop',
    ],
    words: command =>
      command
        .argument('<SESSION>', 'the session: its id, a unique beginning of it, or @last')
        .option(
          '--action <ACTION>',
          'what to do: any command of "debug-server debug", such as step_in; open is launch',
          'launch',
        )
        .option(
          '--payload <NAME=VALUE>',
          'a field of the operation, as docs/api.md has it; may be repeated',
          gathered,
        ),
    act: async (io, flags, context, args) =>
      (await import('./session-debug.ts')).sessionDebug(io, flags, context, args),
  },
  'debug repl': {
    summary:
      'Talk to a debuggee as one does to gdb and pdb, in their words; without a terminal its lines are read from standard input, and it ends with 1 where one of them could not be done',
    examples: ['@last', '@last --debug dbg_0123456789ab', '@last --wait 10s'],
    words: command =>
      command
        .argument('<SESSION>', 'the session: its id, a unique beginning of it, or @last')
        .option('--debug <ID>', 'the debug session; default: the latest of the session')
        .option(
          '--wait <DURATION>',
          'how long a move may take; default: 60s without a terminal, else for ever',
        ),
    act: async (io, flags, context, args) =>
      (await import('./debug-repl.ts')).debugRepl(io, flags, context, args),
  },
  status: {
    summary: 'Whether the server answers, and whether it is ready; this needs no token',
    examples: ['', '--json', '--base-url https://debug.example.org'],
    act: async (io, flags) => (await import('./status.ts')).showStatus(io, flags),
  },
  completions: {
    summary:
      'Print the script with which a shell completes commands, flags, their values and the ids of the server: bash, zsh or fish',
    examples: ['bash', 'zsh', 'fish'],
    words: command => command.argument('<SHELL>', 'bash, zsh or fish'),
    act: async (io, flags, _, args) => (await import('./completions.ts')).printCompletions(io, args, flags),
  },
  'profile list': {
    summary: 'The profiles that "debug-server configure" has kept, and the one in use',
    examples: ['', '--json'],
    act: async (io, flags, context) => (await import('./profile.ts')).listProfiles(io, flags, context),
  },
  'profile use': {
    summary: 'Use a profile wherever neither --profile nor DEBUG_SERVER_PROFILE names one',
    examples: ['work', 'default'],
    words: command => command.argument('<NAME>', 'a profile that is kept'),
    act: async (io, flags, _, args) => (await import('./profile.ts')).useProfile(io, args, flags),
  },
  'profile remove': {
    summary: 'Forget a profile, with its token',
    examples: ['work'],
    words: command => command.argument('<NAME>', 'a profile that is kept'),
    act: async (io, flags, _, args) => (await import('./profile.ts')).removeProfile(io, args, flags),
  },
  'agent install': {
    summary:
      'Tell the coding agents of another repository of this server: a marked block in its AGENTS.md (and in CLAUDE.md where there is one) with the address and the TLS settings, never a token, and .codex/ where it is missing; run again it changes nothing',
    examples: ['../other-repo', '. --section-heading "Debug Server"', '../other-repo --dry-run'],
    words: command =>
      command
        .argument('[PATH]', 'the directory of the repository', '.')
        .option('--section-heading <HEADING>', 'the heading of the block', 'Debug Server')
        .option('--force', 'write the block anew where it was edited')
        .option('--dry-run', 'print what would change, as a diff, and write nothing'),
    act: async (io, flags, _, [path = '.']) =>
      (await import('./agent-install/install.ts')).installForAgents(io, path, {
        ...flags,
        sectionHeading: flags.sectionHeading ?? 'Debug Server',
      }),
  },
  'debug attach': {
    summary:
      'Be a debug adapter on 127.0.0.1 for editors, such as VS Code, whose debuggees are those of a session on the server; with --stdio on standard input and output, for an editor that starts its adapter',
    examples: ['@last --port 4711', '@last --local ~/src/demo', '@last --debug dbg_0123', '@last --stdio'],
    words: command =>
      command
        .argument('<SESSION>', 'the session: its id, a unique beginning of it, or @last')
        .option('--port <PORT>', 'where to listen; 0: any that is free, which is told', '0')
        .option(
          '--local <DIR>',
          'where this machine has the files of the worktree; default: the checkout one stands in, if it has the commit of the session',
        )
        .option('--debug <ID>', 'the debug session that "attach" is to; default: the latest')
        .option('--stdio', 'speak on standard input and output with the editor that has started this'),
    act: async (io, flags, _, args) => (await import('./debug-attach.ts')).attachEditors(io, flags, args),
  },
  tunnel: {
    summary:
      'Have a port or a unix socket of a program of a session on 127.0.0.1 of this machine, for a local gdb ("target remote"), lldb ("gdb-remote"), a browser or whatever else; nothing is listened on elsewhere, and it ends with the session',
    examples: [
      '@last --port 8080',
      '@last --port 1234 --listen 0',
      '@last --socket tmp/app.sock',
      '@last --port 1234 --stdio',
    ],
    words: command =>
      command
        .argument('<SESSION>', 'the session: its id, a unique beginning of it, or @last')
        .option('--port <PORT>', 'the TCP port that a program of the session listens on')
        .option('--socket <PATH>', 'or the unix socket, as programs of the session see it')
        .option(
          '--listen <PORT>',
          'where to listen here; 0: any that is free; default: the same port, or one that is free',
        )
        .option('--stdio', 'one connection, over standard input and output'),
    act: async (io, flags, _, args) => (await import('./tunnel.ts')).tunnel(io, flags, args),
  },
  'config path': {
    summary:
      'The configuration files that are read, later ones overriding earlier ones, and whether they exist',
    examples: ['', '--json'],
    act: async (io, flags, context) => (await import('./config-path.ts')).showConfigPath(io, flags, context),
  },
  'config init': {
    summary:
      'Write config/*.local.toml of this clone, to be edited: every key with its default, commented out',
    examples: ['', '--force'],
    words: command => command.option('--force', 'write them anew where they exist'),
    act: async (io, flags) => (await import('./config-init.ts')).initConfig(io, flags),
  },
  'config reset': {
    summary: 'Remove keys or sections from config/*.local.toml of this clone; without any, all of them',
    examples: ['api.port', 'environment --yes', '--yes'],
    words: command =>
      command.argument('[KEY...]', 'such as api.port, or a section').option('--yes', 'do not ask'),
    act: async (io, flags, _, args) => (await import('./config-reset.ts')).resetConfig(io, args, flags),
  },
}
