import { UserError } from '../../../lib/user-error.ts'
import { isGlob, matcherOf, plainPath } from '../files/find-files.ts'

/**
 * Which task makes what: of two that made the same file, each would undo the other. Told as soon as the outputs are
 * known, which for most tasks is before anything runs.
 */
export class OutputOwners {
  readonly #owners = new Map<string, string>()
  /** Directories that hold an output, with the task of one. */
  readonly #parents = new Map<string, string>()
  readonly #globs: { readonly pattern: string; readonly task: string }[] = []

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
      if (isGlob(path)) this.#globs.push({ pattern: path, task })
      for (const parent of parentsOf(path)) if (!isGlob(parent)) this.#parents.set(parent, task)
    }
  }

  #collision(task: string, path: string): string | undefined {
    const others = [path, ...parentsOf(path)].map(known => this.#owners.get(known))
    const other = [...others, this.#parents.get(path)].find(owner => owner !== undefined && owner !== task)
    return other ?? (isGlob(path) ? this.#ownerMatching(task, path) : this.#globFor(task, path))
  }

  /** The task of a path that a pattern matches. */
  #ownerMatching(task: string, pattern: string): string | undefined {
    const matches = matcherOf(pattern)
    return [...this.#owners].find(([path, owner]) => owner !== task && matches(path))?.[1]
  }

  #globFor(task: string, path: string): string | undefined {
    return this.#globs.find(glob => glob.task !== task && matcherOf(glob.pattern)(path))?.task
  }
}

function parentsOf(path: string): string[] {
  const parts = path.split('/')
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('/'))
}
