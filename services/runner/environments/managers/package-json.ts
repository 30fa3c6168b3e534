import { fileName, type Manager, type Offer } from './manager.ts'

/** What the managers of `node_modules` have in common. */

/** Of all packages of the repository: any may be a member of its workspace. */
export const isManifest = (path: string): boolean =>
  fileName(path) === 'package.json' && !path.split('/').includes('node_modules')

/** Without the scripts of the repository's own packages: they are no dependencies, and what they run is not there. */
export function withoutScripts(path: string, text: string): string {
  if (!isManifest(path)) return text
  try {
    const { scripts: _scripts, ...rest } = JSON.parse(text)
    return JSON.stringify(rest)
  } catch {
    return text // the manager says what is wrong with it
  }
}

/** Programs are found in the worktree's own copy, as ever. */
const offers = (): Offer => ({ path: [], variables: {} })

export const node = {
  language: 'javascript',
  trimmed: withoutScripts,
  offers,
  copiesModules: true,
} as const satisfies Partial<Manager>

/** Where a build keeps what it downloads; of no use afterwards. */
export const cache = '"$DEBUG_SERVER_ENVIRONMENT/cache"'
