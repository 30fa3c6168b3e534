import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { processStart } from '../../lib/monotonic.ts'
import type { World } from '../engine/completion/world.ts'
import type { Graph } from '../engine/graph.ts'
import { findTaskfile, loadTaskfile } from '../engine/load-taskfile.ts'
import type { ParamDeclaration } from '../engine/params/declaration.ts'
import type { ParamReader } from '../engine/params/param-reader.ts'
import type { Masker } from '../engine/secrets/masker.ts'
import type { Taskfile } from '../engine/taskfile.ts'

/**
 * What is known where a TAB was pressed. It loads the Taskfile, which runs what that does when it is imported, but no
 * task; and only if there is a word that needs it.
 */
export class CompletionWorld implements World {
  readonly processors: number
  readonly #directory: string
  readonly #deadline: Promise<undefined>
  readonly #taskfiles = new Map<string | undefined, Promise<Taskfile | undefined>>()
  #params: Params | undefined

  /** Whatever is not there by the deadline is not waited for. */
  constructor(directory: string, processors: number, deadline: Promise<undefined>) {
    this.#directory = directory
    this.processors = processors
    this.#deadline = deadline
  }

  async tasks(taskfile: string | undefined) {
    const read = await this.#taskfile(taskfile)
    if (read === undefined) return []
    // A Taskfile may have been written without its types.
    return [...read.tasks].map(([text, { options }]) => ({ text, describe: String(options?.describe ?? '') }))
  }

  async paramsOf(name: string, taskfile: string | undefined): Promise<readonly ParamDeclaration[]> {
    const read = await this.#taskfile(taskfile)
    if (read === undefined) return []
    try {
      const { resolveGraph } = await import('../engine/graph.ts')
      const graph = resolveGraph(read)
      const node = graph.get(name)
      if (node?.task.options.params === undefined) return []
      this.#params ??= await openParams(read, graph)
      return await this.#params.reader.declarations(node)
    } catch {
      return []
    }
  }

  async runs(taskfile: string | undefined) {
    const path = this.#pathOf(taskfile)
    if (path === undefined) return []
    const { openMemory } = await import('../engine/memory/open-memory.ts')
    const { pastRuns } = await import('../engine/memory/history.ts')
    using memory = openMemory(path)
    return pastRuns(memory)
  }

  /** After the answer: what was found out is remembered, for the next TAB. */
  async keep(): Promise<void> {
    await this.#params?.keep()
  }

  #taskfile(taskfile: string | undefined): Promise<Taskfile | undefined> {
    const known = this.#taskfiles.get(taskfile)
    if (known !== undefined) return known
    const path = this.#pathOf(taskfile)
    const loading =
      path === undefined
        ? Promise.resolve(undefined)
        : Promise.race([loadTaskfile(path).catch(() => undefined), this.#deadline])
    this.#taskfiles.set(taskfile, loading)
    return loading
  }

  /** A shell hands over what was typed, so nobody has said yet what `~` is. */
  #pathOf(taskfile: string | undefined): string | undefined {
    if (taskfile === undefined) return findTaskfile(this.#directory)
    return resolve(this.#directory, taskfile.startsWith('~/') ? join(homedir(), taskfile.slice(2)) : taskfile)
  }
}

interface Params {
  readonly reader: ParamReader
  keep(): Promise<void>
}

/**
 * The same memory as that of runs, without all else that these need. Where a run has been, the declarations of all tasks
 * are added to it, if one was missing; where none has been, a TAB leaves nothing behind.
 */
async function openParams(taskfile: Taskfile, graph: Graph): Promise<Params> {
  const { openMemory } = await import('../engine/memory/open-memory.ts')
  const { paramReader } = await import('./param-reader.ts')
  const { FileTable } = await import('../engine/files/file-table.ts')
  const { TaskSources } = await import('../engine/freshness/task-sources.ts')
  const { RememberedThings } = await import('../engine/memory/remembered.ts')
  const memory = openMemory(taskfile.path)
  const remembered = new RememberedThings(memory)
  const sources = new TaskSources({
    files: new FileTable(dirname(taskfile.path), Date.now),
    memory,
    engineDirectory: join(import.meta.dirname, '..', 'engine'),
    processStart: processStart(),
  })
  const reader = paramReader(taskfile, { sources, remembered })
  return {
    reader,
    keep: async () => {
      if (memory.isOpen && remembered.hasNews) {
        for (const node of new Set(graph.values())) await reader.declarations(node).catch(() => [])
        memory.beginWriting()
        // Whoever has pressed TAB waits for this, so nobody else is waited for.
        memory.all('pragma busy_timeout = 50')
        sources.keep()
        const masker = await maskerOf(graph)
        remembered.keep(text => masker.mask(text) !== text)
      }
      memory.close()
    },
  }
}

/** A default may come from a secret, which is stored nowhere. */
async function maskerOf(graph: Graph): Promise<Masker> {
  const { Masker } = await import('../engine/secrets/masker.ts')
  const { secretsOf } = await import('../engine/secrets/secrets-of.ts')
  const masker = new Masker()
  const tasks = [...graph.values()].map(({ task }) => task.options)
  for (const [name, value] of secretsOf(tasks, process.env)) masker.add(value, name)
  return masker
}
