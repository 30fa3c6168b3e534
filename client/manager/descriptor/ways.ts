import type { Entry, Package, Program, Remote } from './entry.ts'
import { isPackageName, versionIn } from './package-name.ts'
import { steeringVariable } from './steering-variable.ts'

/** Who describes a server: it may say more the nearer it is. */
export type Provenance =
  | { readonly kind: 'registry' }
  /** A file of this machine, and the directory of it, where that is within this workspace. */
  | { readonly kind: 'catalog'; readonly directory: string | undefined }
  /** Who asks for the installation. */
  | { readonly kind: 'given' }

/** A package of npm: of its registry, or a directory of this workspace. */
export type NpmPackage =
  | { readonly from: 'registry'; readonly name: string; readonly version: ReturnType<typeof versionIn> & {} }
  | { readonly from: 'directory'; readonly base: string; readonly path: string }

/** One way in which a server can be had here. */
export type Way =
  | { readonly kind: 'npm'; readonly npm: NpmPackage; readonly package: Package }
  | { readonly kind: 'uvx'; readonly name: string; readonly version: string; readonly package: Package }
  | { readonly kind: 'remote'; readonly transport: 'http' | 'sse'; readonly remote: Remote }
  | { readonly kind: 'program'; readonly program: Program }

export type Refused = { readonly refused: string }

export const isRefused = (way: Way | Refused): way is Refused => 'refused' in way

/** Every way that an entry names, in its order; of those that cannot be gone here, why. Nothing is asked of this machine yet. */
export function waysOf(entry: Entry, provenance: Provenance): (Way | Refused)[] {
  return [
    ...(entry.program === undefined ? [] : [ofProgram(entry.program, provenance)]),
    ...entry.packages.map(one => ofPackage(one, provenance)),
    ...entry.remotes.map(one => ofRemote(one, provenance)),
  ]
}

const refused = (reason: string): Refused => ({ refused: reason })

function ofProgram(program: Program, { kind }: Provenance): Way | Refused {
  if (kind === 'registry') return refused('a registry may not name programs of this machine')
  return { kind: 'program', program }
}

function ofPackage(one: Package, provenance: Provenance): Way | Refused {
  const { registryType, identifier, transport } = one
  const steering = provenance.kind === 'registry' ? steeringVariable(one.environmentVariables) : undefined
  if (steering !== undefined)
    return refused(
      `${identifier} is to be started with ${steering}, by which other programs could be: a registry may not set it`,
    )
  if (transport.type !== 'stdio')
    return refused(
      `the package ${identifier} serves ${transport.type}: only packages that speak on their standard input and output can be run here`,
    )
  switch (registryType) {
    case 'npm':
      return ofNpm(one, provenance)
    case 'pypi':
      return ofPypi(one)
    case 'oci':
      return refused(`${identifier} is an image of a container: the manager runs none`)
    default:
      return refused(
        `${identifier} is a package of "${registryType}": the manager runs those of npm and pypi`,
      )
  }
}

function ofNpm(one: Package, provenance: Provenance): Way | Refused {
  const { identifier } = one
  const [, path] = /^file:(.*)$/.exec(identifier) ?? []
  if (path !== undefined) {
    if (provenance.kind !== 'catalog' || provenance.directory === undefined)
      return refused(`${identifier}: only a catalogue within this workspace may name directories of it`)
    return { kind: 'npm', npm: { from: 'directory', base: provenance.directory, path }, package: one }
  }
  if (!isPackageName(identifier))
    return refused(
      `"${identifier}" is no name of a package: addresses, files and git repositories are not installed`,
    )
  const { registryBaseUrl: base } = one
  if (base !== undefined && !/^https:\/\/registry\.npmjs\.org\/?$/.test(base))
    return refused(`${identifier} is of another registry than npm's: ${base}`)
  const version = versionIn(one.version)
  if (version === undefined) return refused(`${identifier}: "${one.version}" is no version`)
  return { kind: 'npm', npm: { from: 'registry', name: identifier, version }, package: one }
}

function ofPypi(one: Package): Way | Refused {
  const { identifier, version } = one
  if (!/^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/.test(identifier))
    return refused(`"${identifier}" is no name of a package of pypi`)
  // Who would find out which version that is, runs it.
  if (version === undefined || !/^\d+(?:\.\d+)*(?:(?:a|b|rc|\.post|\.dev)\d+)*$/.test(version))
    return refused(`${identifier}: one exact version has to be named, "${version ?? ''}" is none`)
  const { registryBaseUrl: base } = one
  if (base !== undefined && !/^https:\/\/pypi\.org\/?$/.test(base))
    return refused(`${identifier} is of another registry than pypi.org: ${base}`)
  return { kind: 'uvx', name: identifier, version, package: one }
}

const transports: ReadonlyMap<string, 'http' | 'sse'> = new Map([
  ['streamable-http', 'http'],
  ['sse', 'sse'],
])

function ofRemote(remote: Remote, { kind }: Provenance): Way | Refused {
  const transport = transports.get(remote.type)
  if (transport === undefined)
    return refused(`${remote.url} is reached by "${remote.type}", which the gateway does not speak`)
  if (kind === 'registry' && !leadsElsewhere(remote))
    return refused(`${remote.url}: a registry may name addresses of https alone, none of this machine`)
  return { kind: 'remote', transport, remote }
}

/** Whoever installs it may say that it is here: where its whole beginning is asked for. */
function leadsElsewhere({ url, variables }: Remote): boolean {
  if (/^https:\/\//i.test(url)) return true
  const [, name = ''] = /^\{([A-Za-z_][A-Za-z0-9_-]*)\}/.exec(url) ?? []
  const input = Object.hasOwn(variables, name) ? variables[name] : undefined
  return input !== undefined && input.value === undefined && input.default === undefined
}
