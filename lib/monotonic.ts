/**
 * Milliseconds on a clock that never jumps; from an origin that means nothing. As `performance.now()`, whose first use
 * loads a module that takes longer than much of a short run.
 */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/** When this process began, in milliseconds since 1970. */
export function processStart(): number {
  return Date.now() - process.uptime() * 1_000
}
