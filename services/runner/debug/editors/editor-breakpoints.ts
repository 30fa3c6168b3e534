import { z } from 'zod'
import type { Breakpoint } from '../../../contract/debug-resources.ts'
import { parseSourceLine } from '../../../contract/fields.ts'
import { mostBreakpoints } from '../breakpoint-list.ts'
import type { LiveDebugSession } from '../live-debug-session.ts'
import { Refusal } from '../refusal.ts'
import type { EditorSources } from './editor-sources.ts'

const wantedSchema = z.object({
  source: z.looseObject({ path: z.string().optional(), sourceReference: z.int().nullish() }),
  breakpoints: z
    .array(z.looseObject({ line: z.int().min(1) }))
    .max(mostBreakpoints)
    .nullish(),
})

const keyOf = ({ file, line }: { file: string; line: number }): string => `${file}:${line}`

/** A breakpoint as the protocol tells it, by the id that all clients know it by. */
export type ToldBreakpoint = {
  readonly id?: number
  readonly verified: boolean
  readonly message?: string
} & {
  readonly line?: number
  readonly source?: unknown
}

/** The breakpoints of one editor, beside those of everybody else. */
export class EditorBreakpoints {
  readonly #live: LiveDebugSession
  readonly #sources: EditorSources
  readonly #own = new Map<string, readonly string[]>()
  /** What this editor knows of each, so that it is told what changes. */
  readonly #told = new Map<number, string>()

  constructor(live: LiveDebugSession, sources: EditorSources) {
    this.#live = live
    this.#sources = sources
  }

  /** `setBreakpoints`: these replace what this editor wanted of the file before. */
  async set(parameters: unknown): Promise<{ breakpoints: ToldBreakpoint[] }> {
    const read = wantedSchema.safeParse(parameters)
    if (!read.success)
      throw new Refusal('invalid_input', 'expected a source with a path, and breakpoints with their lines')
    const { source, breakpoints } = read.data
    const path = this.#sources.ofReference(source.sourceReference ?? 0) ?? source.path
    if (path === undefined) throw new Refusal('invalid_input', 'breakpoints are set in files: source.path')
    const file = this.#sources.file(path)
    const wanted = (breakpoints ?? []).map(({ line }) => parseSourceLine(`${file}:${line}`))
    const keys = wanted.flatMap(line => (line === undefined ? [] : [keyOf(line)]))
    const all = await this.#replace(file, [...new Set(keys)])
    const told = wanted.map(line => {
      const found = line && all.find(one => keyOf(one) === keyOf(line))
      return found === undefined ? this.#nowhere(file) : this.#asTold(found)
    })
    return { breakpoints: await Promise.all(told) }
  }

  /** What has changed since this editor was told, or has come or gone by others. */
  async changes(): Promise<{ reason: 'new' | 'changed' | 'removed'; breakpoint: ToldBreakpoint }[]> {
    const all = this.#live.breakpoints.list.told()
    const there = new Set(all.map(({ id }) => id))
    const gone = [...this.#told.keys()].filter(id => !there.has(id))
    for (const id of gone) this.#told.delete(id)
    const changed = all.filter(one => this.#told.get(one.id) !== versionOf(one))
    return [
      ...gone.map(id => ({ reason: 'removed' as const, breakpoint: { id, verified: false } })),
      ...(await Promise.all(
        changed.map(async one => ({
          reason: this.#told.has(one.id) ? ('changed' as const) : ('new' as const),
          breakpoint: await this.#asTold(one),
        })),
      )),
    ]
  }

  /** This editor wants none any more. */
  async clear(): Promise<void> {
    for (const file of [...this.#own.keys()]) await this.#replace(file, [])
  }

  async #replace(file: string, keys: readonly string[]): Promise<Breakpoint[]> {
    const { breakpoints, claims } = this.#live
    const present = new Set(breakpoints.list.told().map(keyOf))
    const before = this.#own.get(file) ?? []
    if (keys.length === 0) this.#own.delete(file)
    else this.#own.set(file, keys)
    const unwanted = claims.replace(this, before, keys, present)
    const lines = (of: readonly string[]) => of.map(parseSourceLine).filter(line => line !== undefined)
    if (unwanted.length > 0) await breakpoints.remove(lines(unwanted))
    return breakpoints.add(lines(keys))
  }

  async #asTold(breakpoint: Breakpoint): Promise<ToldBreakpoint> {
    const { id, file, line, verified, message } = breakpoint
    this.#told.set(id, versionOf(breakpoint))
    const source = await this.#sources.toldSource({ path: this.#sources.absolute(file) })
    return { id, verified, line, source, ...(message === null ? {} : { message }) }
  }

  async #nowhere(file: string): Promise<ToldBreakpoint> {
    return { verified: false, message: `${file} is no file of the worktree: breakpoints are set in those` }
  }
}

const versionOf = (breakpoint: Breakpoint): string => JSON.stringify(breakpoint)
