import { drainApps } from './drain-apps.ts'
import { type DrainOptions, drainDebuggers } from './drain-debuggers.ts'
import type { StartedService } from './service.ts'

/** What apps have at least to answer, whatever debuggers have taken, in milliseconds. */
const leastForApps = 1_000

export type DrainRunnerOptions = DrainOptions & {
  /** By which apps of sessions are reached. */
  readonly proxy: Pick<StartedService, 'instance'> | undefined
}

/**
 * Waits for what ends with a runner, or breaks off with it: what is under a debugger, then answers of apps. What is launched under a debugger is
 * left to the successor until this is disposed of.
 */
export async function drainRunner({ proxy, ...options }: DrainRunnerOptions): Promise<Disposable> {
  const { drainMs } = options
  const end = performance.now() + drainMs
  using draining = new DisposableStack()
  draining.use(await drainDebuggers(options))
  const left = Math.max(leastForApps, Math.round(end - performance.now()))
  await drainApps(proxy, { ...options, drainMs: Math.min(drainMs, left) })
  return draining.move()
}
