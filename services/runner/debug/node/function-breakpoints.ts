import { relative } from 'node:path'
import { isOwn } from '../above/own-files.ts'
import { anything, CdpError } from './cdp-connection.ts'
import { breakpointByUrlSchema, type Location, scriptSourceSchema } from './cdp-messages.ts'
import { type Asked, conditionOf, type Said, type SaidAt } from './condition.ts'
import { unstopped } from './evaluate.ts'
import { functionsIn, type Named, type NamedFunction } from './functions-in.ts'
import type { LineBreakpoints } from './line-breakpoints.ts'
import type { LoadedMap } from './load-source-map.ts'
import type { Script } from './scripts.ts'
import type { Position } from './source-map.ts'
import type { Target } from './target.ts'

/** `name`: of a function, or of a method as `Class.method`. */
export type FunctionBreakpoint = Pick<Asked, 'condition' | 'hitCondition'> & { readonly name: string }

/** As the protocol tells it. */
type Told = { readonly id: number; readonly verified: boolean; readonly message?: string }

type Wanted = {
  readonly id: number
  readonly key: string
  readonly name: string
  readonly condition: string | undefined
  /** Why there can be none. */
  readonly fault: string | undefined
  verified: boolean
  /** What is there in its place, or keeps it from being found. */
  instead: string | undefined
  /** What went wrong with it was told. */
  failed: boolean
}

/** One in a function that goes by its name. */
type Placed = {
  readonly one: Wanted
  readonly path: string
  readonly body: Pick<NamedFunction, 'inside' | 'end'>
}

/** What runs under a URL, or is about to. */
type Source = {
  readonly path: string | undefined
  readonly url: string
  readonly text: string
  readonly isModule: boolean
  readonly map: LoadedMap | undefined
}

type Dependencies = {
  /** The top of the worktree: only what its own code calls so is meant. */
  readonly top: string
  readonly lines: Pick<LineBreakpoints, 'binding' | 'addBinding'>
  readonly targets: () => Iterable<Target>
  readonly changed: (breakpoint: Told) => void
  readonly newId: () => number
}

/** In characters: of one source, and of all; what is beyond is not looked through, for it would hold up everybody else. */
const longestSource = 1_000_000
const mostSources = 50_000_000
/** Of one name, in one source. */
const mostPlaces = 100
const mostNamed = 3

/**
 * Where functions are to stop the debuggee, by their names, in each of its threads. The inspector knows none by its name: they are
 * found in the sources of what has run, and of what is about to.
 */
export class FunctionBreakpoints {
  readonly #deps: Dependencies
  /** By the inspector's names of them, in each thread. */
  readonly #set = new WeakMap<Target, Map<string, Placed>>()
  /** What a thread is told about before it runs: not to be looked through again when it is there. */
  readonly #expected = new WeakMap<Target, Set<string>>()
  readonly #came = new WeakMap<Script, Promise<void>>()
  /** What is looked through last of what has come to a thread: one at a time. */
  readonly #last = new WeakMap<Target, Promise<void>>()
  #wanted: readonly Wanted[] = []
  /** How much has been looked through, in characters. */
  #read = 0

  constructor(deps: Dependencies) {
    this.#deps = deps
  }

  get any(): boolean {
    return sound(this.#wanted).length > 0
  }

  /** In place of all that there are. Those that are as before stay, with what was counted. */
  async replace(asked: readonly FunctionBreakpoint[]): Promise<Told[]> {
    const before = this.#wanted
    const now = asked.map(one => {
      const { name, condition, hitCondition } = one
      const key = JSON.stringify([name, condition, hitCondition])
      return before.find(known => known.key === key) ?? this.#newWanted(one, key)
    })
    this.#wanted = now
    const added = sound(now.filter(one => !before.includes(one)))
    const heard = [...this.#deps.targets()].map(target => {
      this.#expected.delete(target)
      for (const one of before) if (!now.includes(one)) this.#remove(target, one)
      this.applyTo(target)
      return target.hears(this.#seek(target, added))
    })
    await Promise.all(heard)
    return now.map(one => this.#told(one))
  }

  /** Has a thread stop before it runs what holds one of their names: see module-loads.ts. */
  applyTo(target: Target): void {
    const { lines } = this.#deps
    const names = sound(this.#wanted).map(({ name }) => lastOf(name))
    if (names.length > 0) lines.addBinding(target)
    const expression = `globalThis.${lines.binding} && (${lines.binding}.names = ${JSON.stringify(names)})`
    target.connection.tell('Runtime.evaluate', { ...unstopped, expression })
  }

  /** Whether the debuggee, which knows only texts, is about to run one that holds a name: an expression of that text there. */
  holdsName(text: string): string {
    const { binding } = this.#deps.lines
    return `globalThis.${binding}?.names?.some(name => ${text}.includes(name)) === true`
  }

  /** This is there, and has not run yet where that was to be had. */
  async came(target: Target, script: Script): Promise<void> {
    if (this.#expected.get(target)?.delete(script.url)) return
    const known = this.#came.get(script)
    if (known !== undefined) return known
    const before = this.#last.get(target)?.catch(() => undefined) ?? Promise.resolve()
    const coming = before.then(() => this.#look(target, script, this.#wanted))
    this.#came.set(script, coming)
    this.#last.set(target, coming)
    await coming
  }

  /** This is about to be there. */
  async comes(target: Target, source: Source): Promise<void> {
    const wanted = this.#wanted
    const isRead = this.#isOwn(source.path) && (await this.#bind(target, source, sound(wanted)))
    if (!isRead || wanted !== this.#wanted) return
    const expected = this.#expected.get(target) ?? new Set<string>()
    this.#expected.set(target, expected.add(source.url))
  }

  /**
   * The inspector has found the place of one. That lies elsewhere where nothing uses the function: V8 has made none of it.
   */
  resolved(target: Target, id: string, { lineNumber: line, columnNumber: column }: Location): void {
    const { one, path, body } = this.#set.get(target)?.get(id) ?? {}
    if (one === undefined || body === undefined) return
    if (isBefore({ line, column }, body.inside) || isBefore(body.end, { line, column })) {
      this.#take(target, id)
      this.#isInstead(one, `nothing uses the one of ${path}`)
    } else if (!one.verified) {
      one.verified = true
      this.#deps.changed(this.#told(one))
    }
  }

  /** Those that a stop stands at, by the ids that clients know. */
  hit(target: Target, ids: readonly string[]): number[] {
    const set = this.#set.get(target)
    return [...new Set(ids.flatMap(id => set?.get(id)?.one.id ?? []))]
  }

  /** What the condition of one says; undefined where it is none of these, or was told. */
  said({ kind, id, text }: Said): SaidAt | undefined {
    const one = this.#wanted.find(wanted => wanted.id === id)
    if (one === undefined || kind !== 'failed' || one.failed) return undefined
    one.failed = true
    return { kind, text: `function ${one.name}: its condition fails: ${text}` }
  }

  #newWanted({ name, ...asked }: FunctionBreakpoint, key: string): Wanted {
    const id = this.#deps.newId()
    const written = conditionOf(asked, this.#deps.lines.binding, id)
    return {
      ...{ id, key, name, condition: written.ok ? written.text : undefined },
      fault: written.ok ? undefined : written.why,
      ...{ verified: false, instead: undefined, failed: false },
    }
  }

  async #seek(target: Target, wanted: readonly Wanted[]): Promise<void> {
    if (wanted.length === 0) return
    for (const script of [...target.scripts.all()]) await this.#look(target, script, wanted)
  }

  async #look(target: Target, script: Script, wanted: readonly Wanted[]): Promise<void> {
    if (!this.#isOwn(script.path)) return
    const { id: scriptId, path, url, isModule } = script
    try {
      const { scriptSource } = await target.connection.send(
        'Debugger.getScriptSource',
        { scriptId },
        scriptSourceSchema,
      )
      await target.scripts.load(script)
      const source = { path, url, isModule, text: scriptSource, map: script.map }
      await this.#bind(target, source, sound(wanted))
    } catch (error) {
      // It was thrown away, or the thread has gone.
      if (!(error instanceof CdpError)) throw error
    }
  }

  #isOwn(path: string | undefined): boolean {
    if (path === undefined) return false
    const named = relative(this.#deps.top, path)
    return !named.startsWith('..') && isOwn(named)
  }

  /** Whether the source could be read, as far as that was of use. */
  async #bind(target: Target, source: Source, all: readonly Wanted[]): Promise<boolean> {
    const { path = '', url, text, isModule, map } = source
    const renamed = new Set(map?.map.names)
    const wanted = all.filter(({ name }) => text.includes(lastOf(name)) || renamed.has(lastOf(name)))
    if (wanted.length === 0) return true
    if (text.length > longestSource || this.#read + text.length > mostSources) {
      const why = text.length > longestSource ? 'is too long' : 'comes behind too much of others'
      for (const one of wanted) this.#isInstead(one, `${path} may have one, and ${why} to be looked through`)
      return true
    }
    this.#read += text.length
    const found = await functionsIn(text, { isModule })
    if (found === undefined) return false
    const own = found.filter(({ inside }) => !isOthers(map, inside))
    const nameOf = ({ text, at }: Named): string => map?.map.nameOf(at) ?? text
    const named = own.map(body => ({ body, ...pathOf(body, nameOf) }))
    const set: Promise<void>[] = []
    for (const one of wanted) {
      const { name, owner } = asPath(one.name)
      const same = named.filter(other => other.name === name)
      const meant = same.filter(other => other.owner === owner)
      if (meant.length === 0 && same.length > 0) this.#isInstead(one, `there is ${namesOf(same)}`)
      // One that has several names stands there once.
      const bodies = new Map(meant.map(({ body }) => [`${body.inside.line}:${body.inside.column}`, body]))
      for (const body of [...bodies.values()].slice(0, mostPlaces))
        set.push(this.#put(target, url, { one, path, body }))
    }
    await Promise.all(set)
    return true
  }

  async #put(target: Target, url: string, placed: Placed): Promise<void> {
    const { one, body } = placed
    const parameters = {
      // One of its own in each: of two in the same place the inspector takes no second by the same URL.
      urlRegex: `^(?!${one.id}$)${url.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')}$`,
      ...{ lineNumber: body.inside.line, columnNumber: body.inside.column },
      ...(one.condition === undefined ? {} : { condition: one.condition }),
    }
    if (one.condition !== undefined) this.#deps.lines.addBinding(target)
    try {
      await target.connection.send(
        'Debugger.setBreakpointByUrl',
        parameters,
        breakpointByUrlSchema,
        ({ breakpointId, locations }) => {
          const set = this.#set.get(target) ?? new Map<string, Placed>()
          this.#set.set(target, set.set(breakpointId, placed))
          // Taken away before the thread has heard of it.
          if (!this.#wanted.includes(one)) this.#take(target, breakpointId)
          else for (const location of locations) this.resolved(target, breakpointId, location)
        },
      )
    } catch (error) {
      // It is there: the same source has come before. Or the thread has gone.
      if (!(error instanceof CdpError)) throw error
    }
  }

  #remove(target: Target, one: Wanted): void {
    for (const [id, placed] of this.#set.get(target) ?? []) if (placed.one === one) this.#take(target, id)
  }

  #take(target: Target, breakpointId: string): void {
    this.#set.get(target)?.delete(breakpointId)
    void target.connection
      .send('Debugger.removeBreakpoint', { breakpointId }, anything)
      .catch(() => undefined)
  }

  #isInstead(one: Wanted, instead: string): void {
    if (one.verified || one.instead !== undefined) return
    one.instead = instead
    this.#deps.changed(this.#told(one))
  }

  #told({ id, name, verified, fault, instead }: Wanted): Told {
    if (verified) return { id, verified }
    const why = instead === undefined ? '' : `; ${instead}`
    return {
      id,
      verified,
      message: fault ?? `the program has loaded no function ${name} of its own yet${why}`,
    }
  }
}

const sound = (wanted: readonly Wanted[]): Wanted[] => wanted.filter(({ fault }) => fault === undefined)

type Path = { readonly name: string; readonly owner: string | undefined }

/** `a.B.c` as it is compared: whoever `B` is of is not known. */
function asPath(name: string): Path {
  const parts = name.split('.')
  return { name: parts.at(-1) ?? name, owner: parts.at(-2) }
}
const lastOf = (name: string): string => asPath(name).name

const pathOf = ({ name, owner }: NamedFunction, nameOf: (named: Named) => string): Path => ({
  name: nameOf(name),
  owner: owner === undefined ? undefined : nameOf(owner),
})

const isBefore = (one: Position, other: Position): boolean =>
  one.line < other.line || (one.line === other.line && one.column < other.column)

function namesOf(all: readonly Path[]): string {
  const names = new Set(all.map(({ name, owner }) => (owner === undefined ? name : `${owner}.${name}`)))
  const shown = [...names].slice(0, mostNamed).join(', ')
  return names.size > mostNamed ? `${shown} and others` : shown
}

/** Whether a bundle has this from somebody else. */
function isOthers(map: LoadedMap | undefined, place: Position): boolean {
  const original = map?.map.originalOf(place)
  const named = original && (map?.paths[original.source] ?? map?.map.sources[original.source])
  return named?.includes('node_modules/') === true
}
