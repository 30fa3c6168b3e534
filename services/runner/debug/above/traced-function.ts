import { parseSourceFunction } from '../../../contract/debug-probes.ts'
import type { Capabilities } from '../dap-messages.ts'
import type { SourceLines } from '../source-text.ts'
import type { WorktreePaths } from '../worktree-paths.ts'
import { findFunction } from './find-function.ts'
import type { NewProbe, Probes } from './probes.ts'

/** What is to be known of a debuggee to trace a function of it. */
export type Traceable = {
  readonly identity: { readonly engine: string }
  readonly adapter: { readonly capabilities: Pick<Capabilities, 'supportsLogPoints'> }
  readonly paths: WorktreePaths
  readonly probes: Probes
  lines(path: string): Promise<SourceLines>
}

/** What is asked of the debugger, and what keeps that from being had. */
export type TracedFound = { readonly probe: NewProbe; readonly problem: string | undefined }

const notYet = 'it is not set yet'

/** Looks for a function, given as FILE:FUNCTION. Throws where the file cannot be looked for. */
export async function tracedFunction(given: string, of: Traceable): Promise<TracedFound> {
  const named = parseSourceFunction(given)
  if (named === undefined) throw new Error(`${given} is none of a file`)
  const { file, name } = named
  const { probes, paths } = of
  const told = { kind: 'calls', file, function: name, path: paths.absolute(file) } as const
  const without = (problem: string): TracedFound => ({
    probe: { ...told, verified: false, message: problem, at: null, expressions: [] },
    problem,
  })
  if (!probes.tracesCalls && !of.adapter.capabilities.supportsLogPoints)
    return without(noLogpoints(of.identity.engine))
  const missing = await paths.missing(file)
  if (missing !== undefined) return without(`${file}: ${missing}`)
  const found = findFunction(await of.lines(told.path), file, name)
  if (!found.found) return without(found.message)
  const { line, inside, suspends, parameters, results } = found
  const probe: NewProbe = {
    ...told,
    verified: probes.tracesCalls,
    message: probes.tracesCalls ? null : notYet,
    at: probes.tracesCalls ? null : line,
    expressions: parameters,
    begins: { line, inside, suspends, results },
  }
  return { probe, problem: undefined }
}

/** Those of a launch: one that cannot be is told as such, and keeps nothing from running. */
export async function traceFromStart(functions: readonly string[], of: Traceable): Promise<void> {
  if (functions.length === 0) return
  const found = await Promise.all(functions.map(one => tracedFunction(one, of)))
  await of.probes
    .change(
      found.map(({ probe }) => probe),
      [],
    )
    .catch(error => of.probes.failed(error instanceof Error ? error.message : String(error)))
}

const noLogpoints = (engine: string) =>
  `this debugger (${engine}) has no logpoints, so that nothing can be told while the program runs on`
