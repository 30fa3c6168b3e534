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
  'agent install',
] as const

/** One command: where it stands, and what it does. */
export type Leaf = {
  readonly path: readonly [string, ...string[]]
  readonly does: { readonly operation: CliName; readonly alias: boolean } | { readonly local: LocalName }
}

/** Every command, in the order of the help. */
export function leaves(): readonly Leaf[] {
  const operations = (Object.keys(words) as CliName[]).flatMap((name): Leaf[] => {
    const { path, alias } = words[name]
    const own: Leaf = { path, does: { operation: name, alias: false } }
    return alias === undefined ? [own] : [own, { path: alias, does: { operation: name, alias: true } }]
  })
  const locals = localNames.map((name): Leaf => {
    const [first = name, ...rest] = name.split(' ')
    return { path: [first, ...rest], does: { local: name } }
  })
  const rank = ({ path }: Leaf) => order.indexOf(path[0])
  return [...operations, ...locals].sort((a, b) => rank(a) - rank(b))
}

const order: readonly string[] = [
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
  'events',
  'mcp',
  'agent',
  'environment',
  'worktree',
  'me',
  'user',
  'token',
  'invite-codes',
  'audit',
  'profile',
  'config',
  'completions',
  'server',
]
