import type { CliName } from './words/words.ts'
import { words } from './words.ts'

/** Commands about this client itself, which call no operation or one by the way. */
export type LocalName = (typeof localNames)[number]

const localNames = [
  'configure',
  'login',
  'register',
  'logout',
  'profile list',
  'profile use',
  'profile remove',
  'config show',
  'config path',
  'config init',
  'config reset',
  'completions',
  'mcp',
  'mcp-server list',
  'mcp-server drift',
  'mcp-server discovered',
  'mcp-server discover',
  'mcp-server install',
  'mcp-server install-bundle',
  'mcp-server remove',
  'mcp-server remove-bundle',
  'mcp-server refresh',
  'mcp-server reconcile',
  'agent install',
  'status',
  'serve',
  'debug attach',
  'tunnel',
  'debug repl',
  'session debug',
] as const

/** Other words for one of those. */
const localAliases: { readonly [Name in LocalName]?: Leaf['path'] } = {
  'config init': ['init'],
  status: ['server', 'status'],
}

/** One command: where it stands, and what it does. */
export type Leaf = {
  readonly path: readonly [string, ...string[]]
  readonly does:
    | { readonly operation: CliName; readonly alias: boolean }
    | { readonly local: LocalName; readonly alias: boolean }
}

/** Every command, in the order of the help. */
export function leaves(): readonly Leaf[] {
  const operations = (Object.keys(words) as CliName[]).flatMap((name): Leaf[] => {
    const { path, alias } = words[name]
    const own: Leaf = { path, does: { operation: name, alias: false } }
    return alias === undefined ? [own] : [own, { path: alias, does: { operation: name, alias: true } }]
  })
  const locals = localNames.flatMap((name): Leaf[] => {
    const alias = localAliases[name]
    const own: Leaf = { path: localPath(name), does: { local: name, alias: false } }
    return alias === undefined ? [own] : [own, { path: alias, does: { local: name, alias: true } }]
  })
  // What nobody has given a place comes last.
  const rank = ({ path }: Leaf) => (order.indexOf(path[0]) + order.length + 1) % (order.length + 1)
  return [...operations, ...locals].sort((a, b) => rank(a) - rank(b))
}

/** Where a command of this client stands. */
export function localPath(name: LocalName): Leaf['path'] {
  const [first = name, ...rest] = name.split(' ')
  return [first, ...rest]
}

const order: readonly string[] = [
  'serve',
  'init',
  'status',
  'configure',
  'login',
  'register',
  'logout',
  'whoami',
  'repository',
  'session',
  'command',
  'artifact',
  'debug',
  'tunnel',
  'events',
  'mcp',
  'mcp-server',
  'agent',
  'environment',
  'worktree',
  'features',
  'me',
  'user',
  'sign-in',
  'token',
  'invite-codes',
  'audit',
  'runner',
  'stats',
  'profile',
  'config',
  'completions',
  'server',
]
