/** The programs of a debuggee that is none: every point that they come to, with what their variables are there. */

export const programFile = 'app.py'
export const programSource = `def total_of(prices):
    total = 0
    for price in prices:
        total += price
    return total

prices = [1, 2, 39]
total = total_of(prices)
print("total", total)
raise ValueError("no")
`

export type Variables = Readonly<Record<string, unknown>>
export type Point = {
  readonly line: number
  /** Callers last. */
  readonly functions: readonly string[]
  readonly variables: Variables
  readonly throws?: string
}

const main = ['<module>']
const inside = ['total_of', ...main]
const prices = [1, 2, 39]
const at = (line: number, functions: readonly string[], variables: Variables = {}): Point => ({
  ...{ line, functions, variables },
})

function* totals(): Generator<Point> {
  yield at(7, main)
  yield at(8, main, { prices })
  yield at(2, inside, { prices })
  let total = 0
  for (const price of prices) {
    yield at(3, inside, { prices, total })
    yield at(4, inside, { prices, total, price })
    total += price
  }
  yield at(3, inside, { prices, total, price: 39 })
  yield at(5, inside, { prices, total, price: 39 })
  yield at(9, main, { prices, total })
  yield { ...at(10, main, { prices, total }), throws: 'ValueError' }
}

/** `total` ends by itself with code 1; `spin` never does, and comes to the same two lines again and again. */
export const programs: Readonly<Record<string, { points: readonly Point[]; spins: boolean }>> = {
  total: { points: [...totals()], spins: false },
  spin: { points: [at(7, main), at(8, main, { prices })], spins: true },
}

/** What an expression is at a point; throws where it is none. The language of its expressions is JavaScript's. */
export function evaluated(expression: string, variables: Variables): unknown {
  return new Function(...Object.keys(variables), `"use strict"; return (${expression})`)(
    ...Object.values(variables),
  )
}
