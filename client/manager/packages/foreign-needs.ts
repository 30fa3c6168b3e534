import { z } from 'zod'
import { isPackageName, versionIn } from '../descriptor/package-name.ts'

const needs = z.record(z.string(), z.string()).default({})
const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      ...{ dependencies: needs, optionalDependencies: needs, peerDependencies: needs },
      resolved: z.string().optional(),
      hasShrinkwrap: z.boolean().default(false),
    }),
  ),
})
type Packages = z.output<typeof lockSchema>['packages']

/**
 * What packages need that is to come from elsewhere than the registry, by npm's lock file: addresses, repositories, files. Newer
 * npm refuses that itself (`--allow-git` and the like); older ones know no such switch. The one that was asked for is not looked at.
 */
export function foreignNeeds(lock: unknown): string[] {
  const { packages } = lockSchema.parse(lock)
  const named = Object.entries(packages).flatMap(([place, one]) =>
    place === ''
      ? []
      : [one.dependencies, one.optionalDependencies, one.peerDependencies]
          .flatMap(Object.entries<string>)
          .flatMap(([name, spec]) =>
            isOfRegistry(spec) ? [] : [`${nameAt(place)} needs ${name} as ${spec}`],
          ),
  )
  return [...named, ...wrapped(packages)]
}

/** A package can bring a lock file of its own, which says by itself where what it needs is fetched. */
function wrapped(packages: Packages): string[] {
  const wrappers = Object.keys(packages).filter(place => packages[place]?.hasShrinkwrap)
  const isInside = (place: string) => wrappers.some(one => place.startsWith(`${one}/`))
  const origins = new Set(['https://registry.npmjs.org'])
  for (const [place, { resolved }] of Object.entries(packages))
    if (!isInside(place) && resolved !== undefined) origins.add(originOf(resolved))
  origins.delete(nowhere)
  return Object.entries(packages).flatMap(([place, { resolved }]) =>
    isInside(place) && resolved !== undefined && !origins.has(originOf(resolved))
      ? [`${nameAt(place)} comes from ${resolved}`]
      : [],
  )
}

const nowhere = 'null'
const originOf = (address: string): string => URL.parse(address)?.origin ?? nowhere
const nameAt = (place: string): string => place.split('node_modules/').at(-1) ?? place

function isOfRegistry(spec: string): boolean {
  const [, name = '', version = ''] = /^npm:(@?[^@]+)@?(.*)$/.exec(spec) ?? []
  return name === '' ? versionIn(spec) !== undefined : isPackageName(name) && versionIn(version) !== undefined
}
