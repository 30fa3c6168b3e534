import { dirname, join, resolve } from 'node:path'
import { exportTarget, importTarget, type PackageEntries } from './package-target.ts'
import { placeOf, splitPackage } from './specifier.ts'

export interface PackageFinderOptions {
  readonly exists: (path: string) => boolean
  /** What a package.json says, if it belongs to the project, and the directory in which it is in truth. */
  readonly project: (
    path: string,
  ) => { readonly directory: string; readonly entries: PackageEntries } | undefined
}

/**
 * Finds the files that stand for a package. That is the package.json of one that is installed: it says which version.
 * One that lies in the project itself, linked or named by its own files, keeps its version while it changes, so there
 * the module counts too.
 */
export class PackageFinder {
  readonly #exists: PackageFinderOptions['exists']
  readonly #project: PackageFinderOptions['project']
  /** By directory and relative path, the nearest upwards; memory of one run. */
  readonly #nearest = new Map<string, string | undefined>()

  constructor({ exists, project }: PackageFinderOptions) {
    this.#exists = exists
    this.#project = project
  }

  /** Of `specifier` as the file `from` names it. Where there is no such package, a path at which nothing is. */
  filesOf(specifier: string, from: string): readonly string[] {
    const directory = dirname(from)
    if (specifier.startsWith('#')) return this.#internal(specifier, directory)
    const { name, subpath } = splitPackage(specifier)
    const manifest = this.#find(directory, join('node_modules', name, 'package.json'))
    if (manifest !== undefined) return this.#exported(manifest, subpath)
    const own = this.#find(directory, 'package.json')
    if (own !== undefined && this.#project(own)?.entries.name === name) return this.#exported(own, subpath)
    return [join(own === undefined ? directory : dirname(own), 'node_modules', name, 'package.json')]
  }

  #exported(manifest: string, subpath: string): readonly string[] {
    const project = this.#project(manifest)
    const target = project && exportTarget(project.entries, subpath)
    if (project === undefined || target === undefined) return [manifest]
    const path = resolve(project.directory, target)
    // Only `main`, which is older than `exports`, may lack what is added here.
    const written = [path, `${path}.js`, join(path, 'index.js')].find(this.#exists)
    return [manifest, written ?? path]
  }

  /** `#name`, which the nearest package.json maps to a file of its own, or to another package. */
  #internal(specifier: string, directory: string): readonly string[] {
    const own = this.#find(directory, 'package.json')
    if (own === undefined) return []
    const project = this.#project(own)
    const target = project && importTarget(project.entries, specifier)
    if (project === undefined || target === undefined || target.startsWith('#')) return [own]
    const place = placeOf(target, join(project.directory, 'package.json'))
    return place.kind === 'file'
      ? [own, place.path]
      : place.kind === 'package'
        ? [own, ...this.filesOf(place.specifier, own)]
        : [own]
  }

  #find(directory: string, path: string): string | undefined {
    const key = `${directory}\0${path}`
    if (this.#nearest.has(key)) return this.#nearest.get(key)
    const candidate = join(directory, path)
    const above = dirname(directory)
    const found = this.#exists(candidate)
      ? candidate
      : above === directory
        ? undefined
        : this.#find(above, path)
    this.#nearest.set(key, found)
    return found
  }
}
