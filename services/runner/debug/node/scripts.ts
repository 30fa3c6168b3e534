import type { Location, ScriptParsed } from './cdp-messages.ts'
import { pathOf } from './file-paths.ts'
import { type LoadedMap, loadSourceMap, type MapPlace } from './load-source-map.ts'

const mostScripts = 50_000
/** Of the names of scripts and maps of one thread, in characters: a map may stand in its own. */
const mostNames = 256_000_000

export type Script = {
  readonly id: string
  readonly url: string
  /** Undefined where it is no file. */
  readonly path: string | undefined
  readonly isModule: boolean
  readonly sourceMapUrl: string
  map: LoadedMap | undefined
}

/** A place in the words of the protocol that is spoken to clients: lines and columns count from 1. */
export type Place = {
  readonly path: string | undefined
  readonly script: Script | undefined
  readonly line: number
  readonly column: number
}

/** The scripts of one thread, with their source maps once those are needed. Node's own are not among them. */
export class Scripts {
  readonly #all = new Map<string, Script>()
  readonly #loading = new Map<Script, Promise<void>>()
  /** Maps of scripts that are about to be there, by their URLs. */
  readonly #prepared = new Map<string, LoadedMap>()
  readonly #mapPlace: MapPlace
  #names = 0

  constructor(mapPlace: MapPlace) {
    this.#mapPlace = mapPlace
  }

  /** Undefined where it is of no interest. */
  add({ scriptId, url, sourceMapURL, isModule }: ScriptParsed): Script | undefined {
    this.#names += url.length + sourceMapURL.length
    if (this.#all.size >= mostScripts || this.#names > mostNames) return undefined
    const script: Script = {
      ...{ id: scriptId, url, path: pathOf(url), isModule },
      ...{ sourceMapUrl: sourceMapURL, map: this.#prepared.get(url) },
    }
    this.#prepared.delete(url)
    if (script.map !== undefined) this.#loading.set(script, Promise.resolve())
    this.#all.set(scriptId, script)
    return script
  }

  get(id: string): Script | undefined {
    return this.#all.get(id)
  }

  all(): IterableIterator<Script> {
    return this.#all.values()
  }

  /** Those whose maps have a source of this path, each with the source's number. */
  *mapped(path: string): Iterable<{ script: Script; map: LoadedMap; source: number }> {
    for (const script of this.#all.values()) {
      const { map } = script
      const source = map?.paths.indexOf(path) ?? -1
      if (map !== undefined && source >= 0) yield { script, map, source }
    }
  }

  /** Reads the map of a script that is about to be there. */
  async prepare(path: string, url: string, sourceMapUrl: string): Promise<LoadedMap | undefined> {
    const map = await loadSourceMap(path, sourceMapUrl, this.#mapPlace)
    if (map !== undefined) this.#prepared.set(url, map)
    return map
  }

  /** Reads its map, once. Never rejects. */
  async load(script: Script): Promise<void> {
    if (script.sourceMapUrl === '') return
    const loading = this.#loading.get(script) ?? this.#load(script)
    this.#loading.set(script, loading)
    await loading
  }

  /** Where this is, in the source that it comes from; in the script itself where that has none that can be seen. */
  place({ scriptId, lineNumber, columnNumber }: Location): Place {
    const script = this.#all.get(scriptId)
    const original = script?.map?.map.originalOf({ line: lineNumber, column: columnNumber })
    const path = original === undefined ? undefined : script?.map?.paths[original.source]
    return original === undefined || path === undefined
      ? { path: script?.path, script, line: lineNumber + 1, column: columnNumber + 1 }
      : { path, script, line: original.line + 1, column: original.column + 1 }
  }

  async #load(script: Script): Promise<void> {
    script.map = await loadSourceMap(script.path, script.sourceMapUrl, this.#mapPlace)
  }
}
