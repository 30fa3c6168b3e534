import { type Breakpoint, wishAgain } from '../../../services/contract/debug-breakpoints.ts'
import type { Client } from '../../sdk/client.ts'
import type { Wish } from './order.ts'
import { wishAnew } from './wish-anew.ts'

type WishOfHits = Exclude<Wish, string | { kind: 'exception' }>

/** `come`: those that are new; `there`: the one that stood there before. */
type Broken = {
  readonly all: readonly Breakpoint[]
  readonly come: readonly number[]
  readonly there: number | undefined
}

/**
 * Asks for a breakpoint whose first hit alone counts, also where nobody is there any more to take it away. One that is there
 * already stays as it was.
 */
export async function breakOnce(
  client: Client,
  of: { session: string; debug: string },
  wish: WishOfHits,
): Promise<Broken> {
  const { breakpoints: before } = await client.debug.status({ ...of, wait: 0 })
  const all = await client.debug.break({ ...of, breakpoints: [{ ...wish, hit_condition: '1' }] })
  const there = before.find(old => all.some(one => one.id === old.id && hitsOf(one) !== hitsOf(old)))
  const again = there === undefined ? undefined : wishAnew(there, { hit_condition: hitsOf(there) })
  const known = new Set(before.map(({ id }) => id))
  return {
    all: again === undefined ? all : await client.debug.break({ ...of, breakpoints: [again] }),
    come: all.flatMap(({ id }) => (known.has(id) ? [] : [id])),
    there: there?.id,
  }
}

/** The numbers that these have in another run of the program. */
export function sameIn(all: readonly Breakpoint[], these: readonly Breakpoint[]): Set<number> {
  const wishes = new Set(these.map(one => JSON.stringify(wishAgain(one))))
  return new Set(all.flatMap(one => (wishes.has(JSON.stringify(wishAgain(one))) ? [one.id] : [])))
}

const hitsOf = (breakpoint: Breakpoint): string | null =>
  'hit_condition' in breakpoint ? breakpoint.hit_condition : null
