import { UserError } from '../../../lib/user-error.ts'
import { baseOf, isGlob, matcherOf, plainPath } from '../files/find-files.ts'

/** A pattern among the outputs. `base` is what each path that matches begins with. */
interface Glob {
  readonly task: string
  readonly base: string
  readonly matches: (path: string) => boolean
}

/**
 * Which task makes what: of two that made the same file, each would undo the other. Told as soon as the outputs are
 * known, which for most tasks is before anything runs.
 */
export class OutputOwners {
  readonly #owners = new Map<string, string>()
  /** Directories that hold an output, with the task of one. */
  readonly #parents = new Map<string, string>()
  readonly #globs: Glob[] = []

  /** Throws a UserError for an output outside of the root, or one that another task makes as well. */
  claim(task: string, outputs: readonly string[]): void {
    for (const output of outputs) {
      const path = plainPath(output)
      if (path === '.' || path.startsWith('/') || path === '..' || path.startsWith('../'))
        throw new UserError(`an output of "${task}" is not below the directory of the Taskfile: ${output}`)
      const other = this.#collision(task, path)
      if (other !== undefined)
        throw new UserError(`"${other}" and "${task}" both make ${output}`, {
          fix: 'give each task outputs of its own',
        })
      this.#owners.set(path, task)
      if (isGlob(path)) this.#globs.push({ task, base: baseOf(path), matches: matcherOf(path) })
      for (const parent of parentsOf(path)) if (!isGlob(parent)) this.#parents.set(parent, task)
    }
  }

  #collision(task: string, path: string): string | undefined {
    const isAnother = (owner: string | undefined) => owner !== undefined && owner !== task
    const own = [this.#owners.get(path), this.#parents.get(path)].find(isAnother)
    const other =
      own ??
      parentsOf(path)
        .map(parent => this.#owners.get(parent))
        .find(isAnother)
    return other ?? (isGlob(path) ? this.#ownerMatching(task, path) : this.#globFor(task, path))
  }

  /** The task of a path that a pattern matches. */
  #ownerMatching(task: string, pattern: string): string | undefined {
    const matches = matcherOf(pattern)
    return [...this.#owners].find(([path, owner]) => owner !== task && matches(path))?.[1]
  }

  #globFor(task: string, path: string): string | undefined {
    return this.#globs.find(
      ({ task: owner, base, matches }) => owner !== task && path.startsWith(base) && matches(path),
    )?.task
  }
}

/** The directories that a path lies in, outermost first. */
function parentsOf(path: string): string[] {
  const parents: string[] = []
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) parents.push(path.slice(0, at))
  return parents
}
