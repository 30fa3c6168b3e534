import { z } from 'zod'
import { type Breakpoint, type BreakpointWish, breakpointOf } from '../../../contract/debug-breakpoints.ts'
import { parseSourceLine } from '../../../contract/fields.ts'
import type { ViewerId } from '../../../contract/ids.ts'
import { keyOf, mostBreakpoints } from '../breakpoints/breakpoint-list.ts'
import type { Wished } from '../breakpoints/debuggee-breakpoints.ts'
import { whyNot } from '../breakpoints/what-it-can.ts'
import type { LiveDebugSession } from '../live-debug-session.ts'
import { editorHits } from './editor-hits.ts'
import type { EditorSources } from './editor-sources.ts'

const text = z.string().max(10_000)
const conditions = { condition: text.nullish(), hitCondition: text.nullish() }
export const linesSchema = z.looseObject({
  source: z.looseObject({ path: z.string().optional(), sourceReference: z.int().nullish() }),
  breakpoints: z
    .array(z.looseObject({ line: z.int().min(1), logMessage: text.nullish(), ...conditions }))
    .max(mostBreakpoints)
    .nullish(),
})
export const functionsSchema = z.looseObject({
  breakpoints: z
    .array(z.looseObject({ name: z.string().min(1).max(1_000), ...conditions }))
    .max(mostBreakpoints),
})
export const dataSchema = z.looseObject({
  breakpoints: z
    .array(
      z.looseObject({
        dataId: z.string().min(1).max(10_000),
        accessType: z.enum(['read', 'write', 'readWrite']).nullish(),
        ...conditions,
      }),
    )
    .max(mostBreakpoints),
})
export const exceptionsSchema = z.looseObject({
  filters: z.array(z.string().min(1).max(100)).max(100),
  filterOptions: z
    .array(z.looseObject({ filterId: z.string().min(1).max(100), condition: text.nullish() }))
    .max(100)
    .nullish(),
})

/** A breakpoint as the protocol tells it, by the id that all clients know it by. */
export type ToldBreakpoint = {
  readonly id?: number
  readonly verified: boolean
  readonly message?: string
} & {
  readonly line?: number
  readonly source?: unknown
}
type Told = { breakpoints: ToldBreakpoint[] }

/** What is asked for, or why it cannot be. */
type Asked = Wished | string

/** Names of data that one editor has asked for. */
const mostData = 1_000

/**
 * The breakpoints of one editor, beside those of everybody else: what it says of a file, or of a kind, replaces its own. A
 * process that another has started begins with those that the editor had there, which are its own here as well.
 */
export class EditorBreakpoints {
  readonly #live: LiveDebugSession
  readonly #sources: EditorSources
  readonly #editor: ViewerId
  readonly #own = new Map<string, readonly string[]>()
  /** Of what it had before, that about which it has said nothing yet. */
  readonly #unsaid = new Set<string>()
  /** What this editor knows of each, so that it is told what changes. */
  readonly #told = new Map<number, string>()

  /** What the engine calls data by, and how they are called here. */
  readonly #data = new Map<string, string>()

  /** `editor`: by whose breakpoints it has begun. */
  constructor(live: LiveDebugSession, sources: EditorSources, editor: ViewerId) {
    this.#live = live
    this.#sources = sources
    this.#editor = editor
    for (const one of live.breakpoints.list.told()) {
      if (!live.editors.claims.has(editor, keyOf(one))) continue
      const group = groupNamed(one)
      this.#own.set(group, [...(this.#own.get(group) ?? []), keyOf(one)])
      this.#unsaid.add(group)
    }
  }

  setLines({ source, breakpoints }: z.output<typeof linesSchema>): Promise<Told> {
    const path = this.#sources.ofReference(source.sourceReference ?? 0) ?? source.path
    const file = path === undefined ? undefined : this.#sources.file(path)
    const asked = (breakpoints ?? []).map(({ line, condition, hitCondition, logMessage }): Asked => {
      const at = `${file}:${line}`
      if (file === undefined || parseSourceLine(at) === undefined)
        return `breakpoints are set in files of the worktree, which ${path ?? 'a source without a path'} is not`
      const wish = { kind: 'line', at, ...(logMessage ? { log_message: logMessage } : {}) } as const
      return withConditions(wish, condition, hitCondition)
    })
    return this.#replace(groupOfFile(file), asked)
  }

  setFunctions({ breakpoints }: z.output<typeof functionsSchema>): Promise<Told> {
    const asked = breakpoints.map(({ name, condition, hitCondition }) =>
      withConditions({ kind: 'function', name }, condition, hitCondition),
    )
    return this.#replace('functions', asked)
  }

  /** The engine has said by what it knows these data. */
  knowsData(dataId: string, name: string): void {
    const isOthers = [...this.#data].some(([id, known]) => known === name && id !== dataId)
    if (this.#data.size < mostData)
      this.#data.set(dataId, isOthers ? `${name} (${dataId})`.slice(0, 1_000) : name)
  }

  setData({ breakpoints }: z.output<typeof dataSchema>): Promise<Told> {
    const asked = breakpoints.map(({ dataId, accessType, condition, hitCondition }): Asked => {
      const expression = this.#data.get(dataId)
      if (expression === undefined) return 'it is not known any more what this is: ask for it anew at a stop'
      const wish = { kind: 'data', expression, frame: 0, access_type: accessType ?? 'write' } as const
      const wished = withConditions(wish, condition, hitCondition)
      return typeof wished === 'string' ? wished : { ...wished, dataId }
    })
    return this.#replace('datas', asked)
  }

  setExceptions({ filters, filterOptions }: z.output<typeof exceptionsSchema>): Promise<Told> {
    return this.#replace('exceptions', [
      ...filters.map((filter): Asked => ({ wish: { kind: 'exception', filter } })),
      ...(filterOptions ?? []).map(({ filterId, condition }) =>
        withConditions({ kind: 'exception', filter: filterId }, condition, null),
      ),
    ])
  }

  /** What has changed since this editor was told, or has come or gone by others. Only what stands in lines is shown. */
  async changes(): Promise<{ reason: 'new' | 'changed' | 'removed'; breakpoint: ToldBreakpoint }[]> {
    const all = this.#live.breakpoints.list.told()
    const there = new Set(all.map(({ id }) => id))
    const gone = [...this.#told.keys()].filter(id => !there.has(id))
    for (const id of gone) this.#told.delete(id)
    const changed = all.filter(
      one =>
        this.#told.get(one.id) !== versionOf(one) &&
        (this.#told.has(one.id) || (one.kind === 'line' && one.line !== null)),
    )
    const told = changed.map(async one => ({
      reason: this.#told.has(one.id) ? ('changed' as const) : ('new' as const),
      breakpoint: await this.#asTold(one),
    }))
    const removed = gone.map(id => ({ reason: 'removed' as const, breakpoint: { id, verified: false } }))
    return [...removed, ...(await Promise.all(told))]
  }

  /** It has said all that it wants: what it had before, and has not spoken of, is wanted no more. */
  async saidAll(): Promise<void> {
    for (const group of [...this.#unsaid]) await this.#replace(group, [])
  }

  /** This editor wants none any more. */
  async clear(): Promise<void> {
    for (const group of [...this.#own.keys()]) await this.#replace(group, [])
  }

  async #replace(group: string, asked: readonly Asked[]): Promise<Told> {
    const { breakpoints, editors, adapter, identity } = this.#live
    this.#unsaid.delete(group)
    const judged = asked.map(one =>
      typeof one === 'string' ? one : (whyNot(one.wish, adapter.capabilities, identity.engine) ?? one),
    )
    const wishes = new Map(
      judged.flatMap(one => (typeof one === 'string' ? [] : [[keyOfWish(one.wish), one] as const])),
    )
    const present = new Map(breakpoints.list.told().map(one => [keyOf(one), one.id]))
    const before = this.#own.get(group) ?? []
    if (wishes.size === 0) this.#own.delete(group)
    else this.#own.set(group, [...wishes.keys()])
    const unwanted = editors.claims.replace(this.#editor, before, [...wishes.keys()], present)
    const ids = unwanted.map(key => present.get(key)).filter(id => id !== undefined)
    const all = await breakpoints.add([...wishes.values()], { ids, clear: false })
    const byKey = new Map(all.map(one => [keyOf(one), one]))
    const told = judged.map(one => {
      if (typeof one === 'string') return { verified: false, message: one }
      const found = byKey.get(keyOfWish(one.wish))
      return found === undefined ? { verified: false } : this.#asTold(found)
    })
    return { breakpoints: await Promise.all(told) }
  }

  async #asTold(breakpoint: Breakpoint): Promise<ToldBreakpoint> {
    const { id, verified, message } = breakpoint
    this.#told.set(id, versionOf(breakpoint))
    const told = { id, verified, ...(message === null ? {} : { message }) }
    if (breakpoint.kind !== 'line' || breakpoint.line === null) return told
    const source = await this.#sources.toldSource({ path: this.#sources.absolute(breakpoint.file) })
    return { ...told, line: breakpoint.line, source }
  }
}

const groupOfFile = (file: string | undefined): string => `file ${file}`
const groupNamed = (breakpoint: Breakpoint): string =>
  breakpoint.kind === 'line' ? groupOfFile(breakpoint.file) : `${breakpoint.kind}s`

const keyOfWish = (wish: BreakpointWish): string => keyOf(breakpointOf(0, wish, ''))

const versionOf = (breakpoint: Breakpoint): string => JSON.stringify(breakpoint)

/** Editors write an empty text where there is no condition. */
function withConditions(
  wish: BreakpointWish,
  condition: string | null | undefined,
  hitCondition: string | null | undefined,
): Asked {
  const hits = hitCondition ? editorHits(hitCondition) : undefined
  if (hitCondition && hits === undefined)
    return `hit count ${JSON.stringify(hitCondition)}: expected N, ==N, >N, >=N or %N`
  const when = {
    ...(condition ? { condition } : {}),
    ...(hits === undefined || wish.kind === 'exception' ? {} : { hit_condition: hits }),
  }
  return { wish: { ...wish, ...when } }
}
