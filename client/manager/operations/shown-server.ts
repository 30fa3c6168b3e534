import { dirname, isAbsolute } from 'node:path'
import { hidden } from '../../../config/value-text.ts'
import type { Input } from '../descriptor/entry.ts'
import { serverNameFor } from '../descriptor/server-name.ts'
import { isRefused, type Provenance, type Way, waysOf } from '../descriptor/ways.ts'
import type { Found } from '../discovery/discovered.ts'

/** What an option is for, as who installs a server is told it. */
export type ShownOption = {
  readonly name: string
  readonly required: boolean
  readonly secret: boolean
  readonly description?: string
  readonly choices?: readonly string[]
}

/** A server that has been found, as it is told. */
export type ShownServer = {
  readonly name: string
  readonly title?: string
  readonly description: string
  readonly version?: string
  readonly tags: readonly string[]
  readonly from: string
  /** What it would be called. */
  readonly target_name: string
  readonly transport?: 'stdio' | 'streamable-http' | 'sse'
  readonly options: readonly ShownOption[]
  /** What it is started or reached with, whoever installs it: programs, arguments, variables and headers that are given already. */
  readonly fixed: readonly string[]
  /** Why it cannot be installed, or not in every way that it names. */
  readonly issues: readonly string[]
}

export function shownServer({ from, entry }: Found): ShownServer {
  const { name, title, description, version, tags } = entry
  const all = waysOf(entry, provenanceOf(from))
  const [way] = all.filter((one): one is Way => !isRefused(one))
  return {
    name,
    ...(title === undefined ? {} : { title }),
    description: cut(description),
    ...(version === undefined ? {} : { version }),
    tags,
    from: from.kind === 'registry' ? from.url : from.path,
    target_name: serverNameFor(name),
    ...(way === undefined ? {} : { transport: transportOf(way) }),
    options: way === undefined ? [] : optionsOf(way),
    fixed: way === undefined ? [] : fixedOf(way).map(cut),
    issues: all.flatMap(one => (isRefused(one) ? [cut(one.refused)] : [])),
  }
}

/** What a catalogue says at length is cut: it is told to agents beside that of all others. */
const longest = 400
const cut = (text: string): string => (text.length > longest ? `${text.slice(0, longest)}…` : text)

/** Paths of catalogues within the workspace are kept from its top, others in full. */
export const provenanceOf = (from: Found['from']): Provenance =>
  from.kind === 'registry'
    ? { kind: 'registry' }
    : { kind: 'catalog', directory: isAbsolute(from.path) ? undefined : dirname(from.path) }

function transportOf(way: Way): 'stdio' | 'streamable-http' | 'sse' {
  if (way.kind !== 'remote') return 'stdio'
  return way.transport === 'sse' ? 'sse' : 'streamable-http'
}

type Named = Input & { readonly name: string; readonly variables?: Readonly<Record<string, Input>> }

function optionsOf(way: Way): ShownOption[] {
  return inputsOf(way)
    .flatMap((input): Named[] =>
      input.value === undefined
        ? [input]
        : named(input.variables ?? {}).filter(({ name }) => input.value?.includes(`{${name}}`)),
    )
    .filter(({ name, value }) => name !== '' && value === undefined)
    .map(({ name, isRequired, isSecret, description, choices }) => ({
      ...{ name, required: isRequired, secret: isSecret },
      ...(description === undefined ? {} : { description: cut(description) }),
      ...(choices === undefined ? {} : { choices }),
    }))
}

function fixedOf(way: Way): string[] {
  switch (way.kind) {
    case 'npm':
    case 'uvx':
      return [
        ...way.package.packageArguments.flatMap(one => {
          const words = one.type === 'named' ? [one.name] : []
          return one.value === undefined ? [] : [[...words, one.value].filter(Boolean).join(' ')]
        }),
        ...assigned(way.package.environmentVariables, '='),
      ]
    case 'program':
      return [
        [way.program.command, ...way.program.args].join(' '),
        ...assigned(way.program.environmentVariables, '='),
      ]
    case 'remote':
      return [way.remote.url, ...assigned(way.remote.headers, ': ')]
  }
}

const assigned = (inputs: readonly Named[], sign: string): string[] =>
  inputs.flatMap(({ name, value, isSecret }) =>
    value === undefined ? [] : [`${name}${sign}${isSecret ? hidden : value}`],
  )

const named = (inputs: Readonly<Record<string, Input>>): Named[] =>
  Object.entries(inputs).map(([name, one]) => ({ ...one, name }))

function inputsOf(way: Way): Named[] {
  switch (way.kind) {
    case 'npm':
    case 'uvx':
      return [
        ...way.package.packageArguments.map(one => ({
          ...one,
          name: one.type === 'named' ? one.name : (one.valueHint ?? ''),
        })),
        ...way.package.environmentVariables,
      ]
    case 'program':
      return way.program.environmentVariables
    case 'remote':
      return [...way.remote.headers, ...named(way.remote.variables)]
  }
}
