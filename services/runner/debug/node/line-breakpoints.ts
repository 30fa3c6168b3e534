import { pathToFileURL } from 'node:url'
import { anything, CdpError } from './cdp-connection.ts'
import { breakpointByUrlSchema, type Location } from './cdp-messages.ts'
import { type Asked, conditionOf, type Said, type SaidAt } from './condition.ts'
import { realPathOf } from './file-paths.ts'
import type { LoadedMap } from './load-source-map.ts'
import type { Place } from './scripts.ts'
import type { Target } from './target.ts'

/** `column`: the first place at it or behind it is meant, in whatever line that is. Both from 1. */
export type SourceBreakpoint = Asked & { readonly line: number; readonly column?: number | undefined }

/** Where a function begins: nothing stops there, whatever the condition does. `key`: whose that is. */
export type EnteredBreakpoint = {
  readonly line: number
  readonly column: number
  readonly entered: { readonly key: number; readonly condition: string }
}

type AnyBreakpoint = SourceBreakpoint & { readonly entered?: EnteredBreakpoint['entered'] | undefined }

/** As the protocol tells it. */
export type ToldBreakpoint = {
  readonly id: number
  readonly verified: boolean
  readonly line: number
  readonly message?: string
}

type Wanted = {
  readonly id: number
  readonly key: string
  readonly file: string
  /** Without symbolic links, as scripts and sources are known by. */
  readonly path: string
  readonly line: number
  readonly column: number | undefined
  readonly asked: Asked
  readonly condition: string | undefined
  /** Whose function begins there. */
  readonly entered: number | undefined
  /** Why there can be none. */
  readonly fault: string | undefined
  verified: boolean
  nearest: number | undefined
  /** What went wrong with it was told. */
  failed: boolean
}

const notLoaded = 'the program has not loaded this file yet'

/**
 * What is to stop the debuggee in lines of files, in each of its threads: in scripts of that name, and in those that a
 * source map says are made of the file, as they are loaded. None is put into another line than the one asked for, but for
 * those that name a column.
 */
export class LineBreakpoints {
  readonly binding: string
  readonly #targets: () => Iterable<Target>
  readonly #changed: (breakpoint: ToldBreakpoint) => void
  readonly #files = new Map<string, readonly Wanted[]>()
  /** Where functions begin, in each file. */
  readonly #entered = new Map<string, readonly Wanted[]>()
  /** Those that have the binding. */
  readonly #bound = new WeakSet<Target>()
  #onEntered: (target: Target, key: number, location: Location) => Promise<void> = async () => undefined
  /** By the inspector's names of them, in each thread. */
  readonly #set = new WeakMap<Target, Map<string, Wanted>>()
  /** Of places that the inspector has told: whether they are the right ones is being found out. */
  readonly #placing = new Map<Promise<void>, Target>()
  readonly #newId: () => number

  /**
   * `targets`: those that are to have them. `binding`: the function through which the debuggee tells what it says. `newId`: by
   * which clients are to know one.
   */
  constructor(
    binding: string,
    targets: () => Iterable<Target>,
    changed: (breakpoint: ToldBreakpoint) => void,
    newId: () => number,
  ) {
    this.binding = binding
    this.#targets = targets
    this.#changed = changed
    this.#newId = newId
  }

  /** In place of all that there are in this file. Those that are as before stay, with what was counted. */
  async replace(file: string, asked: readonly SourceBreakpoint[]): Promise<ToldBreakpoint[]> {
    return this.#replace(this.#files, file, asked)
  }

  /** The same of those where functions begin. */
  async replaceEntered(file: string, asked: readonly EnteredBreakpoint[]): Promise<ToldBreakpoint[]> {
    return this.#replace(this.#entered, file, asked)
  }

  /** Calls this once it is known where a function begins in a thread. */
  onEntered(found: (target: Target, key: number, location: Location) => Promise<void>): void {
    this.#onEntered = found
  }

  async #replace(
    files: Map<string, readonly Wanted[]>,
    file: string,
    asked: readonly AnyBreakpoint[],
  ): Promise<ToldBreakpoint[]> {
    const before = files.get(file) ?? []
    const path = realPathOf(file)
    const now = asked.map(one => {
      const { line, column, condition, hitCondition, logMessage, entered } = one
      const key = JSON.stringify([line, column, condition, hitCondition, logMessage, entered])
      return before.find(known => known.key === key) ?? this.#wanted(file, path, one, key)
    })
    files.set(file, now)
    const added = now.filter(one => !before.includes(one) && one.fault === undefined)
    const heard = [...this.#targets()].map(target => {
      for (const one of before) if (!now.includes(one)) this.#remove(target, one)
      return target.hears(Promise.all(added.map(one => this.#apply(target, one))))
    })
    await Promise.all(heard)
    return now.map(one => this.#told(one))
  }

  /** Once: another would take the place of the first, with what is counted there. */
  addBinding(target: Target): void {
    if (this.#bound.has(target)) return
    this.#bound.add(target)
    target.connection.tell('Runtime.addBinding', { name: this.binding })
  }

  get any(): boolean {
    return this.#all().length > 0
  }

  /** Has a new thread stop there. */
  async applyTo(target: Target): Promise<void> {
    await Promise.all(this.#all().map(one => this.#apply(target, one)))
  }

  /** What is generated from sources that have some is about to run. */
  async bindMapped(target: Target, url: string, map: LoadedMap): Promise<void> {
    const done: Promise<void>[] = []
    for (const one of this.#all()) {
      const source = map.paths.indexOf(one.path)
      if (source >= 0) done.push(this.#bind(target, one, url, map, source))
    }
    await Promise.all(done)
  }

  /** The inspector has found the place of one. */
  async resolved(target: Target, id: string, location: Location): Promise<void> {
    const wanted = this.#set.get(target)?.get(id)
    if (wanted !== undefined) await this.#placed(target, wanted, id, location)
  }

  /**
   * Those that a stop stands at, by the ids that clients know. One that lies in another line is none, however the inspector
   * puts it: the program may have come there before it was taken back.
   */
  hit(target: Target, ids: readonly string[], { path, line }: Pick<Place, 'path' | 'line'>): number[] {
    const set = this.#set.get(target)
    const found = ids
      .map(id => set?.get(id))
      .filter(one => one !== undefined)
      .filter(
        one => one.entered === undefined && one.line === line && (one.path === path || one.file === path),
      )
    return [...new Set(found.map(({ id }) => id))]
  }

  /** Whether one is where a function begins: clients know none of these. */
  isEntered(target: Target, id: string): boolean {
    return this.#set.get(target)?.get(id)?.entered !== undefined
  }

  /** Where it is being found out which of them lie in their own lines: until that is known. */
  get settled(): Promise<unknown> | undefined {
    return this.#placing.size === 0 ? undefined : Promise.allSettled(this.#placing.keys())
  }

  /** The same of one thread. */
  async settledIn(target: Target): Promise<void> {
    await Promise.allSettled([...this.#placing].filter(([, of]) => of === target).map(([placing]) => placing))
  }

  /** What the debuggee says by its binding; undefined where it means nothing, or comes from another line than the one asked for. */
  said({ kind, id, text }: Said): SaidAt | undefined {
    const wanted = this.#all().find(one => one.id === id)
    if (wanted === undefined || (!wanted.verified && wanted.nearest !== undefined)) return undefined
    const at = { file: wanted.file, line: wanted.line }
    if (kind === 'log') return { kind, text, at }
    if (wanted.failed) return undefined
    wanted.failed = true
    return { kind, text: `${wanted.file}:${wanted.line}: its condition or message fails: ${text}`, at }
  }

  #all(): Wanted[] {
    return [...this.#files.values(), ...this.#entered.values()]
      .flat()
      .filter(({ fault }) => fault === undefined)
  }

  #wanted(
    file: string,
    path: string,
    { line, column, entered, ...asked }: AnyBreakpoint,
    key: string,
  ): Wanted {
    const id = this.#newId()
    const written =
      entered === undefined
        ? conditionOf(asked, this.binding, id)
        : ({ ok: true, text: entered.condition } as const)
    return {
      ...{ id, key, file, path, line, column, asked, entered: entered?.key },
      condition: written.ok ? written.text : undefined,
      fault: written.ok ? undefined : written.why,
      ...{ verified: false, nearest: undefined, failed: false },
    }
  }

  async #apply(target: Target, one: Wanted): Promise<void> {
    if (one.condition !== undefined) this.addBinding(target)
    // Some versions of Node name what they have made of TypeScript by its path.
    const urls = new Set([one.path, one.file].flatMap(path => [pathToFileURL(path).href, path]))
    const direct = [...urls].map(url => this.#put(target, one, url, one.line - 1, (one.column ?? 1) - 1))
    const mapped = [...target.scripts.mapped(one.path)].map(({ script, map, source }) =>
      this.#bind(target, one, script.url, map, source),
    )
    await Promise.all([...direct, ...mapped])
  }

  async #bind(target: Target, one: Wanted, url: string, map: LoadedMap, source: number): Promise<void> {
    const first = one.line - 1
    const line = one.column === undefined ? first : (map.map.nextLine(source, first) ?? first)
    const places = map.map.generatedOf(source, line)
    if (places.length === 0) {
      const next = map.map.nextLine(source, one.line - 1)
      if (next !== undefined) this.#moved(one, next + 1)
    }
    await Promise.all(places.map(({ line, column }) => this.#put(target, one, url, line, column)))
  }

  async #put(
    target: Target,
    one: Wanted,
    url: string,
    lineNumber: number,
    columnNumber: number,
  ): Promise<void> {
    const parameters = {
      url,
      lineNumber,
      columnNumber,
      ...(one.condition === undefined ? {} : { condition: one.condition }),
    }
    const placed: Promise<void>[] = []
    try {
      await target.connection.send(
        'Debugger.setBreakpointByUrl',
        parameters,
        breakpointByUrlSchema,
        ({ breakpointId, locations }) => {
          const set = this.#set.get(target) ?? new Map<string, Wanted>()
          this.#set.set(target, set.set(breakpointId, one))
          // Taken away before the thread has heard of it.
          if (!this.#all().includes(one)) this.#take(target, breakpointId)
          else
            for (const location of locations) placed.push(this.#placed(target, one, breakpointId, location))
        },
      )
      await Promise.all(placed)
    } catch (error) {
      // Two of one place, or a thread that has gone: the other one stands.
      if (!(error instanceof CdpError)) throw error
    }
  }

  #remove(target: Target, one: Wanted): void {
    for (const [id, wanted] of this.#set.get(target) ?? []) if (wanted === one) this.#take(target, id)
  }

  #take(target: Target, id: string): void {
    this.#set.get(target)?.delete(id)
    void target.connection
      .send('Debugger.removeBreakpoint', { breakpointId: id }, anything)
      .catch(() => undefined)
  }

  async #placed(target: Target, one: Wanted, id: string, location: Location): Promise<void> {
    const placed = this.#place(target, one, id, location)
    this.#placing.set(placed, target)
    await placed.finally(() => this.#placing.delete(placed))
  }

  async #place(target: Target, one: Wanted, id: string, location: Location): Promise<void> {
    const script = target.scripts.get(location.scriptId)
    if (script !== undefined) await target.scripts.load(script)
    const isSource = script?.map?.paths.includes(one.path) ?? false
    if (!isSource && script?.path !== one.path && script?.path !== one.file) return
    // By its own lines, which are not those that run: the source map says where they are.
    const isOwnSource = isSource && script?.path === one.path
    const place = isSource
      ? target.scripts.place(location)
      : { path: one.path, line: location.lineNumber + 1 }
    const isThere = place.line === one.line || (one.column !== undefined && place.line > one.line)
    if (place.path === one.path && isThere) {
      if (one.entered !== undefined) await this.#onEntered(target, one.entered, location)
      if (one.verified) return
      one.verified = true
      this.#changed(this.#told(one))
      return
    }
    this.#take(target, id)
    if (place.path === one.path && !isOwnSource) this.#moved(one, place.line)
  }

  #moved(one: Wanted, nearest: number): void {
    if (one.verified || one.nearest === nearest) return
    one.nearest = nearest
    this.#changed(this.#told(one))
  }

  #told({ id, verified, line, nearest, fault, path }: Wanted): ToldBreakpoint {
    if (verified) return { id, verified, line }
    if (fault !== undefined) return { id, verified, line, message: fault }
    if (nearest !== undefined) return { id, verified, line: nearest, message: `line ${line} holds no code` }
    const loaded = [...this.#targets()].some(({ scripts }) =>
      [...scripts.all()].some(script => script.path === path),
    )
    return { id, verified, line, message: loaded ? `no code stands in line ${line} or after it` : notLoaded }
  }
}
