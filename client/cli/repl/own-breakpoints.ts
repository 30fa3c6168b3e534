import type { Breakpoint } from '../../../services/contract/debug-breakpoints.ts'
import type { DebugSession } from '../../../services/contract/debug-resources.ts'
import type { Client } from '../../sdk/client.ts'
import { placeOf, renderBreakpoints } from '../render/breakpoints.ts'
import type { RenderContext } from '../words/words.ts'
import { breakOnce, sameIn } from './break-once.ts'
import { changeWhen } from './change-when.ts'
import { deleteBreakpoints } from './delete-breakpoints.ts'
import type { Wish } from './order.ts'
import { type When, wishAnew } from './wish-anew.ts'

type Of = { readonly session: string; readonly debug: string }
type Off = { readonly breakpoint: Breakpoint; readonly once: boolean }

/** What to tell of the breakpoints now, and what could not be done. */
export type BreakpointsTold = { readonly text: string; readonly failure?: string }

/**
 * The breakpoints as the prompt has them: beside those of the debug session, which of them go when they have stopped it, and which are
 * switched off. The server knows none that is off: it is taken away, and set again with another number.
 */
export class OwnBreakpoints {
  readonly #client: Client
  readonly #rendering: RenderContext
  #once = new Set<number>()
  #off: readonly Off[] = []

  constructor(client: Client, rendering: RenderContext) {
    this.#client = client
    this.#rendering = rendering
  }

  async list(of: Of): Promise<BreakpointsTold> {
    return this.#told((await this.#client.debug.status({ ...of, wait: 0 })).breakpoints)
  }

  async add(of: Of, wish: Wish): Promise<BreakpointsTold> {
    return this.#told(await this.#client.debug.break({ ...of, breakpoints: [wish] }))
  }

  async addOnce(of: Of, wish: Wish): Promise<BreakpointsTold> {
    if (typeof wish === 'string' || wish.kind === 'exception') return this.add(of, wish)
    const { all, come, there } = await breakOnce(this.#client, of, wish)
    for (const id of come) this.#once.add(id)
    return this.#told(
      all,
      there === undefined ? undefined : `breakpoint ${there} is there already, and stays`,
    )
  }

  async when(of: Of, id: number, when: When): Promise<BreakpointsTold> {
    const changed = await changeWhen(this.#client, of, id, when)
    if (!changed.ok) return { text: '', failure: changed.why }
    if (this.#once.delete(id)) this.#once.add(changed.as)
    return this.#told(changed.all)
  }

  /** One that is off goes by its number where no other has that by now. */
  async delete(of: Of, ids: readonly number[]): Promise<BreakpointsTold> {
    const { breakpoints } = await this.#client.debug.status({ ...of, wait: 0 })
    const isOff = (id: number) => !breakpoints.some(one => one.id === id) && this.#numbered(id).length > 0
    const deleted = await deleteBreakpoints(
      this.#client,
      of,
      ids.filter(id => !isOff(id)),
    )
    if (!deleted.ok) return { text: '', failure: deleted.why }
    for (const id of ids.filter(isOff)) this.#off = this.#off.filter(({ breakpoint }) => breakpoint.id !== id)
    return this.#told(deleted.left)
  }

  /** Without a number: all. */
  async disable(of: Of, ids: readonly number[]): Promise<BreakpointsTold> {
    const { breakpoints } = await this.#client.debug.status({ ...of, wait: 0 })
    const meant = ids.length === 0 ? breakpoints : breakpoints.filter(({ id }) => ids.includes(id))
    const unknown = ids.find(id => !meant.some(one => one.id === id))
    if (unknown !== undefined)
      return {
        text: '',
        failure:
          this.#numbered(unknown).length > 0
            ? `breakpoint ${unknown} is off already`
            : `there is no breakpoint ${unknown}`,
      }
    if (meant.length === 0) return this.#told(breakpoints)
    const left = await this.#client.debug.break({ ...of, ids: meant.map(({ id }) => id), remove: true })
    this.#off = [...this.#off, ...meant.map(one => ({ breakpoint: one, once: this.#once.delete(one.id) }))]
    return this.#told(left)
  }

  /** Without a number: all that are off. */
  async enable(of: Of, ids: readonly number[]): Promise<BreakpointsTold> {
    const unknown = ids.find(id => this.#numbered(id).length === 0)
    if (unknown !== undefined) return { text: '', failure: `no breakpoint ${unknown} is off` }
    let all: readonly Breakpoint[] | undefined
    for (const off of ids.length === 0 ? this.#off : ids.flatMap(id => this.#numbered(id))) {
      const { breakpoint, once } = off
      const wish = wishAnew(breakpoint, { condition: breakpoint.condition })
      if (wish === undefined) continue
      const before = new Set(
        (await this.#client.debug.status({ ...of, wait: 0 })).breakpoints.map(({ id }) => id),
      )
      all = await this.#client.debug.break({ ...of, breakpoints: [wish] })
      this.#off = this.#off.filter(other => other !== off)
      const come = all.find(({ id }) => !before.has(id))
      if (once && come !== undefined) this.#once.add(come.id)
    }
    return all === undefined ? this.list(of) : this.#told(all)
  }

  /** At a stop: those that were to stop it once go. */
  async stopped(of: Of, { stop }: DebugSession): Promise<void> {
    const gone = stop?.breakpoints.filter(id => this.#once.delete(id)) ?? []
    if (gone.length > 0) await this.#client.debug.break({ ...of, ids: gone, remove: true })
  }

  /** Numbers are those of another run now. */
  restarted(before: readonly Breakpoint[], after: readonly Breakpoint[]): void {
    this.#once = sameIn(
      after,
      before.filter(({ id }) => this.#once.has(id)),
    )
  }

  #numbered(id: number): readonly Off[] {
    return this.#off.filter(({ breakpoint }) => breakpoint.id === id)
  }

  #told(all: readonly Breakpoint[], failure?: string): BreakpointsTold {
    const off = this.#off.map(({ breakpoint }) => `${breakpoint.id} at ${placeOf(breakpoint)}`)
    const text = `${renderBreakpoints(all, this.#rendering)}${off.length === 0 ? '' : `off: ${off.join(', ')}\n`}`
    return failure === undefined ? { text } : { text, failure }
  }
}
