/** Numbers that look random and are the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let x = state
    x = Math.imul(x ^ (x >>> 15), x | 1)
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61)
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32
  }
}

export interface RandomGraph {
  /** By name, the names it needs: always of tasks before it, so that there is no cycle. */
  readonly needs: ReadonlyMap<string, readonly string[]>
  readonly targets: readonly string[]
  /** The names of tasks that will fail. */
  readonly failing: ReadonlySet<string>
  readonly jobs: number
}

export function randomGraph(seed: number): RandomGraph {
  const random = randomNumbers(seed)
  const pick = (below: number) => Math.floor(random() * below)
  const size = 1 + pick(24)
  const density = random() * random()
  const names = Array.from({ length: size }, (_, i) => `t${i}`)
  const needs = new Map(names.map((name, i) => [name, names.slice(0, i).filter(() => random() < density)]))
  const targets = Array.from({ length: 1 + pick(3) }, () => names[pick(size)] ?? 't0')
  const fails = random() < 0.3
  return {
    needs,
    targets,
    failing: new Set(fails ? names.filter(() => random() < 0.1) : []),
    jobs: 1 + pick(6),
  }
}
