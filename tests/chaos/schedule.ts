import type { Fault } from './faults/fault.ts'
import { between } from './random.ts'

/** A fault, and how long after the one before it, in milliseconds. */
export type Strike = { readonly fault: Fault; readonly pause: number }

/** Faults without end: all of them in an order of their own, then all again, so that each has its share. */
export function* strikes(next: () => number, faults: readonly Fault[]): Generator<Strike, never> {
  for (;;)
    for (const fault of shuffled(
      next,
      faults.flatMap(fault => Array.from({ length: fault.times }, () => fault)),
    ))
      yield { fault, pause: between(next, 0, 700) }
}

/** Fisher and Yates. */
function shuffled<T>(next: () => number, items: readonly T[]): T[] {
  const rest = [...items]
  return items.flatMap(() => rest.splice(between(next, 0, rest.length - 1), 1))
}
