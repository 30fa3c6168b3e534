import { delimiter, isAbsolute, relative, resolve } from 'node:path'
import { expand } from './expand.ts'
import type { Environment } from './judge.ts'
import type { Problem } from './problem.ts'
import { type DocumentName, documentNames } from './schema.ts'

/** Names files to be read beside those of the workspace, in the form of PATH; what `--config FILE` sets. */
export const configVariable = 'DEBUG_SERVER_CONFIG'

export type ConfigurationFile = {
  /** Absolute. */
  readonly path: string
  /** Relative to the workspace where it lies there. */
  readonly name: string
  /** Shipped with the project, this clone's own, or named by the user for this call. */
  readonly role: 'shipped' | 'local' | 'named'
  /** What it may hold keys of. */
  readonly documents: readonly DocumentName[]
}

/** Who set a value: a file by its role, or the environment. */
export type Setter = ConfigurationFile['role'] | 'environment'

/** The files that are read, in the order in which later ones override earlier ones; whether they exist is not asked. */
export function configurationFiles(
  root: string,
  environment: Environment,
): { files: ConfigurationFile[]; problems: Problem[] } {
  const problems: Problem[] = []
  const named = (environment[configVariable] ?? '')
    .split(delimiter)
    .filter(name => name !== '')
    .flatMap(name => {
      const expanded = expand(name, environment)
      if ('text' in expanded) return [resolve(root, expanded.text)]
      problems.push({ place: { from: 'variable', name: configVariable }, text: expanded.fault })
      return []
    })
  const files = [
    ...documentNames.flatMap(document =>
      (['shipped', 'local'] as const).map(role => ({
        path: resolve(root, 'config', `${document}${role === 'local' ? '.local' : ''}.toml`),
        role,
        documents: [document],
      })),
    ),
    ...named.map(path => ({ path, role: 'named' as const, documents: documentNames })),
  ]
  return {
    // Named as well, a file counts where it was named.
    files: files
      .filter(({ path }, at) => !files.slice(at + 1).some(later => later.path === path))
      .map(file => ({ ...file, name: nameIn(root, file.path) })),
    problems,
  }
}

function nameIn(root: string, path: string): string {
  const name = relative(root, path)
  return name.startsWith('..') || isAbsolute(name) ? path : name
}
