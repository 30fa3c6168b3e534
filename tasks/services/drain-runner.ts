import type { Workspace } from '../../config/workspace.ts'
import { drainApps } from './drain-apps.ts'
import { type DrainOptions, drainDebuggers } from './drain-debuggers.ts'
import { readRunState } from './run-state.ts'

/** What apps have at least to answer, whatever debuggers have taken, in milliseconds. */
const leastForApps = 1_000

export type DrainRunnerOptions = DrainOptions & { readonly workspace: Workspace }

/**
 * Waits for what ends with a runner, or breaks off with it: what is under a debugger, then answers of apps through the proxy that was started last. What
 * is launched under a debugger is left to the successor until this is disposed of.
 */
export async function drainRunner(options: DrainRunnerOptions): Promise<Disposable> {
  const { workspace, drainMs } = options
  const end = performance.now() + drainMs
  using draining = new DisposableStack()
  draining.use(await drainDebuggers(options))
  const left = Math.max(leastForApps, Math.round(end - performance.now()))
  const proxy = readRunState(workspace).services.find(({ service }) => service === 'proxy')
  await drainApps(proxy, { ...options, drainMs: Math.min(drainMs, left) })
  return draining.move()
}
