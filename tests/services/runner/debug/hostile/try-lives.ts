import type { Test } from 'tap'
import { pick, random } from '../../../../chaos/random.ts'

/** What a peer does, and at the how-manieth message; all that is random in it comes of the seed. */
type Plan<Name extends string> = { readonly misbehaves: Name; readonly at: number; readonly seed: number }

type Life = {
  /** Promises that were broken. */
  readonly broken: readonly unknown[]
  readonly refused: readonly unknown[]
  readonly stops: number
  /** What the peer was asked, in its order. */
  readonly asked: readonly string[]
}

export type Tries<Name extends string> = {
  readonly names: readonly Name[]
  /** Of a peer that does all as it should. */
  readonly good: Name
  /** Those that are tried at each message; any other is at `mostOthers`. */
  readonly everywhere: readonly Name[]
  readonly mostOthers: number
  readonly seed: number
  /** Lives at a time. */
  readonly width: number
  readonly mostMegabytes: number
}

/** A good peer first, then one for each misbehaviour at each place where it is tried. */
export async function tryLives<Name extends string>(
  t: Test,
  lives: (plan: Plan<Name>) => Promise<Life>,
  { names, good: behaves, everywhere, mostOthers, seed, width, mostMegabytes }: Tries<Name>,
): Promise<void> {
  const good = await lives({ misbehaves: behaves, at: 0, seed })
  t.same(good.broken, [])
  t.same(good.refused, [], 'a good one refuses nothing')
  t.equal(good.stops, 3, 'and stops when it should')
  const next = random(seed)
  const every = good.asked.map((_, at) => at + 1)
  const plans = names
    .flatMap(misbehaves => {
      const at = everywhere.includes(misbehaves)
        ? every
        : Array.from({ length: mostOthers }, () => pick(next, every))
      return [...new Set(at)].map(at => ({ misbehaves, at, seed: Math.floor(next() * 2 ** 31) }))
    })
    .map(plan => ({ plan, order: next() }))
    .toSorted((one, other) => one.order - other.order)
  const waiting = plans.values()
  const before = process.memoryUsage.rss()
  let most = 0
  const workers = Array.from({ length: width }, async () => {
    for (const { plan } of waiting) {
      const { broken } = await lives(plan)
      const where = `${plan.misbehaves} at ${plan.at} (${good.asked[plan.at - 1]}), seed ${plan.seed}`
      t.same(broken, [], where)
      most = Math.max(most, process.memoryUsage.rss() - before)
    }
  })
  await Promise.all(workers)
  const megabytes = Math.round(most / 1_048_576)
  t.comment(`${plans.length} tried, ${megabytes} MB more at the most`)
  t.ok(megabytes < mostMegabytes, `${megabytes} MB more`)
}
