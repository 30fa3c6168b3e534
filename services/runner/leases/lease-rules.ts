import type { RegisteredRunner } from '../../store/runners.ts'

/**
 * When a lease is over. No instants are compared, only spans, each measured by one side on its own stopwatch: so a clock
 * that is set, on whichever host, neither ends a lease nor prolongs one.
 *
 *     holder:   began a renewal that succeeded ──── term ────→ acts no more
 *     observer:           saw that renewal, or later ──── term ────→ ends the holder
 *
 * The observer's span begins after the holder's, so a holder has stopped acting before anybody takes over.
 */

/** How long a runner that says nothing keeps its leases, in milliseconds. */
export const defaultTermMs = 10_000

/** How often a lease is renewed: two renewals may fail. */
export const renewalPause = (termMs: number): number => termMs / 3

/** Whether a holder may still act on what it holds. `renewed`: when it began its last renewal that succeeded. */
export const mayAct = (renewed: number, now: number, termMs: number): boolean => now - renewed < termMs

/** What one runner has seen of another: how many heartbeats, and since when just as many. */
export type Sighting = { beats: number; since: number }

/** Sightings after another look: a runner that has renewed its lease, or is new, is seen from now on. */
export function sightings(
  before: ReadonlyMap<number, Sighting>,
  runners: readonly RegisteredRunner[],
  now: number,
): Map<number, Sighting> {
  return new Map(
    runners.map(({ token, beats }) => {
      const last = before.get(token)
      return [token, last?.beats === beats ? last : { beats, since: now }]
    }),
  )
}

/** Which runners hold their leases no more: those that are known to be gone at once, any other after its term. */
export const expired = (
  runners: readonly RegisteredRunner[],
  seen: ReadonlyMap<number, Sighting>,
  now: number,
  isGone: (runner: RegisteredRunner) => boolean,
): RegisteredRunner[] =>
  runners.filter(runner => isGone(runner) || now - (seen.get(runner.token)?.since ?? now) >= runner.term_ms)
