import { contract, type OperationName, operationNames } from '../contract/contract.ts'
import { opensByTicket, pathsOf } from '../contract/operation.ts'
import { pagePaths } from './pages/page-paths.ts'

/**
 * Which operations live at a path. The router serves requests; this answers what the router cannot: which methods a
 * path offers (405), and what a WebSocket upgrade asks for.
 */
export type PathMatch = {
  readonly names: readonly OperationName[]
  readonly parameters: Readonly<Record<string, string>>
}

const patterns = operationNames.flatMap(name =>
  pathsOf(contract[name]).map(path => ({
    name,
    pattern: patternOf(path),
  })),
)

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`)
}

/** A path as it was sent (still percent-encoded, without the query), bare or under `/api`. */
export function matchPath(path: string): PathMatch | undefined {
  const bare = withoutApiPrefix(path)
  const matches = patterns.flatMap(({ name, pattern }) => {
    const match = pattern.exec(bare)
    return match === null ? [] : [{ name, groups: match.groups ?? {} }]
  })
  const [first] = matches
  const parameters = first && decoded(first.groups)
  return parameters && { names: matches.map(match => match.name), parameters }
}

/** The parameters of a path that is this one, of no operation; undefined where it is another. */
export function parametersIn(template: string, path: string): PathMatch['parameters'] | undefined {
  const match = patternOf(template).exec(withoutApiPrefix(path))
  return match === null ? undefined : decoded(match.groups ?? {})
}

function decoded(groups: Readonly<Record<string, string>>): PathMatch['parameters'] | undefined {
  const parameters: Record<string, string> = {}
  for (const [name, value] of Object.entries(groups)) {
    const text = decode(value)
    if (text === undefined) return undefined
    parameters[name] = text
  }
  return parameters
}

/** The methods offered at a path, for `Allow`; empty where there is nothing. */
export function methodsAt(path: string): string[] {
  if (pagePaths.includes(withoutApiPrefix(path))) return ['GET', 'HEAD']
  const methods = new Set<string>()
  for (const name of matchPath(path)?.names ?? []) {
    methods.add(contract[name].method)
    if (hasHead(name)) methods.add('HEAD')
  }
  return [...methods].sort()
}

/** A stream has no HEAD: its length is not known before it has ended, and who asks for its head alone keeps it open. */
export const hasHead = (name: OperationName): boolean =>
  contract[name].method === 'GET' && !opensByTicket(contract[name])

const withoutApiPrefix = (path: string): string =>
  path.startsWith('/api/') ? path.slice('/api'.length) : path

function decode(value: string): string | undefined {
  try {
    return decodeURIComponent(value)
  } catch {
    return undefined
  }
}
