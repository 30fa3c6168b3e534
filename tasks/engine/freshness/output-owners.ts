import { UserError } from '../../../lib/user-error.ts'
import { isGlob, plainPath } from '../files/find-files.ts'

/**
 * Which task makes what: of two that made the same file, each would undo the other. Told as soon as the outputs are
 * known, which for most tasks is before anything runs.
 */
export class OutputOwners {
  readonly #owners = new Map<string, string>()
  /** Directories that hold an output, with the task of one. */
  readonly #parents = new Map<string, string>()

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
      if (isGlob(path)) continue
      for (const parent of parentsOf(path)) this.#parents.set(parent, task)
    }
  }

  #collision(task: string, path: string): string | undefined {
    const candidates = [path, ...(isGlob(path) ? [] : parentsOf(path))].map(known => this.#owners.get(known))
    return [...candidates, this.#parents.get(path)].find(owner => owner !== undefined && owner !== task)
  }
}

function parentsOf(path: string): string[] {
  const parts = path.split('/')
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('/'))
}
