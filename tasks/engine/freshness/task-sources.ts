import { relative } from 'node:path'
import type { FileTable } from '../files/file-table.ts'
import type { Memory } from '../memory/memory.ts'
import { sha256 } from '../sha256.ts'
import type { RememberedSource } from '../sources/remembered-source.ts'
import { type SourceFile, SourceGraph } from '../sources/source-graph.ts'
import type { Sources } from './judge.ts'

export interface TaskSourcesOptions {
  readonly files: FileTable
  readonly memory: Memory
  readonly engineDirectory: string
  /** When this process began: what changed later is not what it loaded. Milliseconds since 1970. */
  readonly processStart: number
}

interface NamedSet {
  readonly name: string
  readonly files: readonly (readonly [path: string, digest: string])[]
}

/** How many sets of sources are kept, to tell which file has changed. */
const keptSets = 200

/** The sources of tasks as they are now, named by their content, with what earlier runs remember of them. */
export class TaskSources implements Sources {
  readonly #options: TaskSourcesOptions
  readonly #graph: SourceGraph
  readonly #sets = new Map<string, NamedSet>()
  readonly #stored = new Map<string, string>()

  constructor(options: TaskSourcesOptions) {
    this.#options = options
    const { files, memory, engineDirectory } = options
    let rows: ReadonlyMap<string, string> | undefined
    this.#graph = new SourceGraph({
      engineDirectory,
      stat: path => files.look(path),
      digest: path => files.known(path)?.digest,
      now: memory.now,
      remembered: {
        get(path) {
          // All at once: a source is made of many files, and most of them are asked for.
          rows ??= new Map(
            memory.all('select path, entry from sources').map(row => [String(row.path), String(row.entry)]),
          )
          const entry = rows.get(path)
          return entry === undefined ? undefined : (JSON.parse(entry) as RememberedSource)
        },
      },
    })
  }

  /** The files behind modules, with what these import. */
  filesOf(modules: readonly string[]): readonly SourceFile[] {
    return this.#graph.filesOf(modules)
  }

  /** Changes with any of the files; cheap. */
  identityOf(modules: readonly string[]): string {
    return this.#graph.identityOf(modules)
  }

  nameOf(modules: readonly string[]): string {
    return this.#setOf(modules).name
  }

  changesSince(name: string, modules: readonly string[]): readonly string[] | undefined {
    const [row] = this.#options.memory.all('select files from source_sets where id = ?', name)
    if (typeof row?.files !== 'string') return undefined
    const before = new Map<string, string>(JSON.parse(row.files))
    const { files } = this.#setOf(modules)
    const changed = files.filter(([path, digest]) => before.get(path) !== digest).map(([path]) => path)
    const now = new Set(files.map(([path]) => path))
    return [...changed, ...[...before.keys()].filter(path => !now.has(path))]
  }

  /** Keeps what was learned, for the next run. */
  keep(): void {
    const { memory } = this.#options
    const learned = [...this.#graph.learned]
    const newSets = [...this.#sets.values()].filter(({ name }) => !this.#stored.has(name))
    if (learned.length === 0 && newSets.length === 0) return
    memory.together(() => {
      for (const [path, source] of learned)
        memory.run('insert or replace into sources (path, entry) values (?, ?)', path, JSON.stringify(source))
      for (const { name, files } of newSets)
        memory.run(
          'insert or replace into source_sets (id, files, used_at) values (?, ?, ?)',
          name,
          JSON.stringify(files),
          memory.now(),
        )
      memory.run(
        `delete from source_sets where id in
           (select id from source_sets order by used_at desc limit -1 offset ${keptSets})`,
      )
    })
  }

  #setOf(modules: readonly string[]): NamedSet {
    const key = modules.join('\0')
    const known = this.#sets.get(key)
    if (known !== undefined) return known
    const set = this.#nameFiles(modules)
    this.#sets.set(key, set)
    return set
  }

  #nameFiles(modules: readonly string[]): NamedSet {
    const { files: table, memory, processStart } = this.#options
    const sources = this.#graph.filesOf(modules)
    const files = sources.map(
      ({ path, digest }) => [relative(table.root, path), digest ?? 'missing'] as const,
    )
    // What this process has loaded is not known of a file that changed after that.
    const newer = sources.some(({ path }) => {
      const look = table.look(path)
      return look !== undefined && Math.max(look.mtimeMs, look.ctimeMs) > processStart
    })
    const text = JSON.stringify(newer ? [...files, [`changed after the start`, String(memory.now())]] : files)
    // Asked for by its text, a set that is known needs no digest.
    const [row] = memory.all('select id from source_sets where files = ?', text)
    if (typeof row?.id === 'string') {
      this.#stored.set(row.id, text)
      return { name: row.id, files }
    }
    return { name: sha256(text), files }
  }
}
