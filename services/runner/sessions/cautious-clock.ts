import type { Clock, Stopwatch } from '../../../lib/clock.ts'

/**
 * A clock that is never ahead: of the one on the wall, nor of one that was right when this was made and is never set.
 * What is measured with it, against instants that others have written, may come late by as much as a clock is set, and
 * never early: setting a clock forward ends no session as idle and removes nothing.
 */
export function cautiousClock(wall: Clock, stopwatch: Stopwatch): Clock {
  const origin = wall.now() - stopwatch.elapsed()
  return { now: () => Math.min(wall.now(), origin + stopwatch.elapsed()) }
}
