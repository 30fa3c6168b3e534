import { z } from 'zod'
import { isPackageName, versionIn } from '../descriptor/package-name.ts'

const needs = z.record(z.string(), z.string()).default({})
const lockSchema = z.object({
  packages: z.record(z.string(), z.object({ dependencies: needs, optionalDependencies: needs })),
})

/**
 * What packages need that is to come from elsewhere than the registry, by npm's lock file: addresses, repositories, files. Newer
 * npm refuses that itself (`--allow-git` and the like); older ones know no such switch. The one that was asked for is not looked at.
 */
export function foreignNeeds(lock: unknown): string[] {
  const { packages } = lockSchema.parse(lock)
  return Object.entries(packages).flatMap(([place, { dependencies, optionalDependencies }]) =>
    place === ''
      ? []
      : Object.entries({ ...dependencies, ...optionalDependencies }).flatMap(([name, spec]) =>
          isOfRegistry(spec) ? [] : [`${place.split('node_modules/').at(-1)} needs ${name} as ${spec}`],
        ),
  )
}

function isOfRegistry(spec: string): boolean {
  const [, name = '', version = ''] = /^npm:(@?[^@]+)@?(.*)$/.exec(spec) ?? []
  return name === '' ? versionIn(spec) !== undefined : isPackageName(name) && versionIn(version) !== undefined
}
