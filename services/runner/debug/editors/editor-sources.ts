import { basename, isAbsolute, join, relative, resolve } from 'node:path'
import { z } from 'zod'
import { isIn } from '../../../../lib/is-in.ts'
import type { WorktreePaths } from '../worktree-paths.ts'

/** Ours begin where no engine comes to. */
const firstReference = 1_500_000_000
const mostKept = 20_000

const sourceSchema = z.looseObject({
  path: z.string().optional(),
  sourceReference: z.int().nullish(),
})
type Source = z.infer<typeof sourceSchema>

/**
 * Names of source files as one editor has them. What lies in the worktree it has itself, below `root`; of any other file,
 * a library's on the server, it gets the text by a reference. Made for one connection: references are good that long.
 */
export class EditorSources {
  readonly #paths: WorktreePaths
  readonly #root: string
  readonly #told = new Map<string, Partial<Source>>()
  readonly #references = new Map<number, string>()

  constructor(paths: WorktreePaths, root: string | null) {
    this.#paths = paths
    this.#root = root === null ? paths.top : resolve(root)
  }

  /** As the contract names files: relative to the top of the worktree, or absolute outside of it. */
  file(path: string): string {
    if (!isAbsolute(path)) return path
    for (const top of [this.#root, this.#paths.top]) if (isIn(path, top)) return relative(top, path)
    return path
  }

  /** The place of a file on the server. */
  absolute(path: string): string {
    return this.#paths.absolute(this.file(path))
  }

  /** What an editor names, for the engine. A reference of ours is none of its. */
  taken(source: unknown): unknown {
    const { success, data } = sourceSchema.safeParse(source)
    if (!success) return source
    const path = this.#references.get(data.sourceReference ?? 0) ?? data.path
    if (path === undefined) return source
    const { sourceReference: _, ...rest } = data
    return { ...rest, path: this.absolute(path) }
  }

  /** The file of a reference that was told here. */
  ofReference(reference: number): string | undefined {
    return this.#references.get(reference)
  }

  /** What the engine says, with every source in it as the editor has it. */
  async told(body: unknown): Promise<unknown> {
    if (Array.isArray(body)) return Promise.all(body.map(one => this.told(one)))
    if (typeof body !== 'object' || body === null) return body
    const entries = Object.entries(body).map(async ([name, value]): Promise<[string, unknown]> => {
      if (name === 'source' || name === 'location') return [name, await this.toldSource(value)]
      if (name === 'sources' && Array.isArray(value))
        return [name, await Promise.all(value.map(one => this.toldSource(one)))]
      return [name, typeof value === 'object' ? await this.told(value) : value]
    })
    return Object.fromEntries(await Promise.all(entries))
  }

  /** One source, by its path. */
  async toldSource(source: unknown): Promise<unknown> {
    const { success, data } = sourceSchema.safeParse(source)
    if (!success || data.path === undefined || !isAbsolute(data.path)) return source
    if (data.sourceReference != null && data.sourceReference > 0) return source
    return { ...data, ...(await this.#toldPath(data.path)) }
  }

  async #toldPath(path: string): Promise<Partial<Source>> {
    const known = this.#told.get(path)
    if (known !== undefined) return known
    const file = (await this.#paths.told(path)) ?? path
    const told = { name: basename(path), ...this.#named(file) }
    if (this.#told.size < mostKept) this.#told.set(path, told)
    return told
  }

  #named(file: string): Partial<Source> {
    if (!isAbsolute(file)) return { path: join(this.#root, file) }
    const known = [...this.#references].find(([, path]) => path === file)?.[0]
    const reference = known ?? firstReference + this.#references.size
    if (this.#references.size < mostKept) this.#references.set(reference, file)
    return { path: file, sourceReference: reference }
  }
}
