import type { Command } from 'commander'
import type { LocalName } from '../../leaves.ts'
import { gathered, type LocalCommand } from '../local-act.ts'

type Name = Extract<LocalName, `mcp-server ${string}`>

const withDryRun = (command: Command): Command =>
  command.option('--dry-run', 'tell what would change, as a unified diff, and change nothing')

/** What can be done with the servers behind the gateway of the clone that one stands in: the same as by `manage_servers`. */
export const mcpServerCommands: Readonly<Record<Name, LocalCommand>> = {
  'mcp-server list': {
    summary: 'The servers behind the gateway of this clone and, where it runs, how they stand',
    examples: ['', '--json'],
    act: async (io, flags, context) => (await import('./list-servers.ts')).listServers(io, flags, context),
  },
  'mcp-server drift': {
    summary:
      'In what servers differ from what they offered when they were met, and what of their lists is left out; 1 where there is drift',
    examples: ['', '--diff', '--json', '--accept weather@1f0c5a9e77d2b3840a6be5c1d9f27e43'],
    words: command =>
      command
        .option('--diff', 'tell the definitions of before and of now, as a unified diff')
        .option(
          '--accept <NAME@OFFER>',
          'what this server offers now is what it is taken to offer, if it is still the offer that was told; may be repeated',
          gathered,
        ),
    act: async (io, flags) => (await import('./drift.ts')).showDrift(io, flags),
  },
  'mcp-server discovered': {
    summary:
      'The servers that were discovered, which "mcp-server install" takes by their names; --json has the options of each',
    examples: ['', '--json'],
    act: async (io, flags, context) => (await import('./show-servers.ts')).listDiscovered(io, flags, context),
  },
  'mcp-server discover': {
    summary:
      'Look for servers in the MCP registry and in the catalogues taken in, best first, and keep what is found',
    examples: ['filesystem', 'postgres --tag sql --limit 10', '--preset browser --dry-run'],
    words: command =>
      withDryRun(command)
        .argument('[WORD...]', 'what to look for')
        .option('--tag <TAG>', 'one more word; may be repeated', gathered)
        .option(
          '--preset <NAME>',
          'words that many look for: browser, database, files, git, memory or search',
        )
        .option('--limit <N>', 'how many at the most (default: 25)')
        .option('--min-score <SCORE>', 'from 0 to 1: how well one fits at the least (default: 0.1)')
        .option('--anew', 'forget what registries gave before'),
    act: async (io, flags, context, args) =>
      (await import('./show-servers.ts')).discover(io, flags, context, args),
  },
  'mcp-server install': {
    summary:
      'Put a server behind the gateway, one that was discovered or one that a file describes; it counts at once, and packages of npm are installed in the clone, without scripts',
    examples: [
      'io.github.example/weather',
      "weather --target forecast --option 'API_KEY=$WEATHER_KEY' --dry-run",
      '--descriptor server.json --force',
    ],
    words: command =>
      withDryRun(command)
        .argument('[NAME]', 'of a server that was discovered')
        .option('--descriptor <FILE>', 'or a file of JSON that describes one; - reads standard input')
        .option('--target <NAME>', 'what it is called here; its tools are TARGET_TOOL')
        .option(
          '--option <NAME=VALUE>',
          "what it needs to be told; for a secret '$NAME', a variable of the proxy; may be repeated",
          gathered,
        )
        .option('--force', 'replace one of that name that was installed before')
        .option('--force-restart', 'start it anew, also where nothing about it changes'),
    act: async (io, flags, _, args) => (await import('./change-servers.ts')).install(io, flags, args),
  },
  'mcp-server install-bundle': {
    summary:
      'Put all servers of a bundle behind the gateway, a file with tables as in config/mcp.toml, in TOML or JSON; without a path the starter bundle: files of this clone and a search in them',
    examples: ['', '--dry-run', 'team-servers.toml --no-restart'],
    words: command =>
      withDryRun(command)
        .argument('[PATH]', 'the file')
        .option('--no-restart', 'do not look whether a gateway that runs has taken it in')
        .option('--force', 'replace servers of these names that were installed before'),
    act: async (io, flags, _, args) => (await import('./change-bundle.ts')).installBundleOf(io, flags, args),
  },
  'mcp-server remove': {
    summary: 'Take away a server that was installed, with its package; never one that was declared by hand',
    examples: ['weather', 'weather --dry-run'],
    words: command => withDryRun(command).argument('<NAME>', 'what it is called here'),
    act: async (io, flags, _, args) => (await import('./change-servers.ts')).remove(io, flags, args),
  },
  'mcp-server remove-bundle': {
    summary:
      'Take away all servers and composites that a bundle has put behind the gateway, as "mcp-server install-bundle" takes it; without a path the starter bundle',
    examples: ['', '--dry-run', 'team-servers.toml'],
    words: command =>
      withDryRun(command)
        .argument('[PATH]', 'the file')
        .option('--force', 'also what was installed by these names and is something else'),
    act: async (io, flags, _, args) => (await import('./change-bundle.ts')).removeBundleOf(io, flags, args),
  },
  'mcp-server refresh': {
    summary:
      'Take in a catalogue of servers, a file of JSON or TOML; without a path those that were taken in before, as they are now',
    examples: ['catalogue.toml', 'servers.json --dry-run', ''],
    words: command => withDryRun(command).argument('[PATH]', 'the file'),
    act: async (io, flags, _, args) => (await import('./change-servers.ts')).refresh(io, flags, args),
  },
  'mcp-server reconcile': {
    summary:
      'Make what is declared and what is installed agree: install what is missing, remove what nobody uses',
    examples: ['', '--dry-run'],
    words: withDryRun,
    act: async (io, flags) => (await import('./change-servers.ts')).reconcile(io, flags),
  },
}
