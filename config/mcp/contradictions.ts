import { didYouMean } from '../../lib/suggest.ts'
import { keyName } from '../keys.ts'
import { builtinOf } from './builtins.ts'
import { foldedName, publicName, schemeOf } from './names.ts'
import type { CompositeSettings, GatewaySettings, McpSettings, ServerSettings } from './schema.ts'

export type Contradiction = { readonly path: readonly string[]; readonly text: string }

/** What is wrong with settings each of which may stand: keys that exclude each other, names that are none or are there twice. */
export function contradictions(settings: McpSettings): Contradiction[] {
  return [
    ...ofGateway(settings.gateway),
    ...Object.entries(settings.servers).flatMap(([name, server]) => ofServer(name, server)),
    ...Object.entries(settings.composites).flatMap(([name, composite]) =>
      ofComposite(name, composite, settings),
    ),
    ...sameSchemes(settings),
    ...sameNames(settings),
  ]
}

/** A message that one token may send has to have room among those that it may have there. */
function ofGateway({ held_bytes: held, request_bytes: longest }: GatewaySettings): Contradiction[] {
  const path = ['gateway', 'held_bytes']
  return held >= 2 * longest
    ? []
    : [
        {
          path,
          text: `${keyName(path)} has to be at least twice gateway.request_bytes: one token may have half of it`,
        },
      ]
}

const ways = ['builtin', 'command', 'url'] as const
/** Which keys count only where a server is reached in one way. */
const belongsTo = {
  args: 'command',
  env: 'command',
  pass_env: 'command',
  cwd: 'command',
  headers: 'url',
} as const

function ofServer(name: string, server: ServerSettings): Contradiction[] {
  const path = ['servers', name]
  const given = ways.filter(way => server[way] !== undefined)
  const [way] = given
  if (way === undefined)
    return [{ path, text: `${keyName(path)} says not what to start or reach: give command, url or builtin` }]
  if (given.length > 1)
    return [{ path, text: `${keyName(path)} has ${given.join(' and ')}: give one of them` }]
  const idle = Object.entries(belongsTo).flatMap(([key, needed]) => {
    const value: unknown = Object.entries(server).find(([one]) => one === key)?.[1]
    const isGiven = typeof value === 'object' ? Object.keys(value ?? {}).length > 0 : value !== undefined
    const isDirectory = key === 'cwd' && builtinOf(server.builtin)?.servesDirectory === true
    return isGiven && way !== needed && !isDirectory
      ? [
          {
            path: [...path, key],
            text: `${keyName([...path, key])} says nothing here: it belongs to ${needed}`,
          },
        ]
      : []
  })
  const asItself =
    builtinOf(server.builtin)?.actsForClient === true && server.share === 'shared' && server.enabled
  return [
    ...idle,
    ...(asItself
      ? [
          {
            path,
            text: `${keyName([...path, 'share'])}: this builtin acts for who calls it; give "client" or "session"`,
          },
        ]
      : []),
  ]
}

function ofComposite(name: string, composite: CompositeSettings, { servers }: McpSettings): Contradiction[] {
  const found: Contradiction[] = []
  const words = new Map<string, string>()
  for (const [operation, { server, aliases }] of Object.entries(composite.operations)) {
    const path = ['composites', name, 'operations', operation]
    if (servers[server] === undefined) {
      const hint = didYouMean(server, Object.keys(servers)) ?? 'declare it under [servers]'
      found.push({
        path: [...path, 'server'],
        text: `${keyName(path)}: there is no server "${server}"; ${hint}`,
      })
    }
    for (const word of [operation, ...aliases]) {
      const other = words.get(word.toLowerCase())
      if (other !== undefined && other !== operation)
        found.push({ path, text: `${keyName(path)}: "${word}" stands for ${other} as well` })
      words.set(word.toLowerCase(), operation)
    }
  }
  return found
}

function sameSchemes({ servers }: McpSettings): Contradiction[] {
  const names = Object.keys(servers)
  return names.flatMap((name, at) => {
    const other = names.slice(0, at).find(one => schemeOf(one) === schemeOf(name))
    return other === undefined
      ? []
      : [
          {
            path: ['servers', name],
            text: `the servers "${other}" and "${name}" differ in a hyphen alone; rename one`,
          },
        ]
  })
}

/** Names of tools that are known without asking any server. */
function sameNames({ servers, composites }: McpSettings): Contradiction[] {
  const known = [
    ...Object.entries(servers).flatMap(([server, { tools, enabled }]) =>
      Object.entries(tools).flatMap(([tool, { name, hidden }]) =>
        hidden || !enabled
          ? []
          : [{ path: ['servers', server, 'tools', tool], name: name ?? publicName(server, tool) }],
      ),
    ),
    ...Object.keys(composites).map(name => ({ path: ['composites', name], name })),
  ]
  return known.flatMap(({ path, name }, at) => {
    const other = known.slice(0, at).find(one => sameName(one.name, name))
    return other === undefined
      ? []
      : [
          {
            path,
            text: `${keyName(path)} and ${keyName(other.path)} would both be the tool ${name}; rename one`,
          },
        ]
  })
}

/** To agents, who fold one into the other. */
const sameName = (one: string, other: string): boolean => foldedName(one) === foldedName(other)
