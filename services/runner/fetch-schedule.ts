/**
 * When a repository is fetched by itself. Each of these spans is varied by a tenth, so that what was added together is
 * not fetched together for ever.
 *
 *     fetched ── every ──→ fetched ── every ──→ failed ── 30 s ──→ failed ── 60 s ──→ … at most an hour, or `every`
 */
const firstPauseMs = 30_000
const hourMs = 3_600_000

/** A repository that nobody has added, fetched or opened a session on for this long is not fetched by itself. */
export const usedForMs = 7 * 24 * hourMs

/** No fetch is planned further ahead than this. */
export const longestPauseMs = (everyMs: number): number => Math.max(everyMs, hourMs) * 1.1

/** How long until the next fetch, after so many failures in a row. `random`: from 0 to 1. */
export function pauseBeforeFetch(everyMs: number, failures: number, random: number): number {
  const pause =
    failures === 0
      ? everyMs
      : Math.min(Math.min(firstPauseMs, everyMs) * 2 ** (failures - 1), Math.max(everyMs, hourMs))
  return Math.round(pause * (0.9 + 0.2 * random))
}
