import { join } from 'node:path'
import { UserError } from '../../lib/user-error.ts'
import type { OutputCache } from './cache/output-cache.ts'
import type { Change } from './changes.ts'
import { isRemembered } from './freshness/is-remembered.ts'
import { digestsOf, fingerprintOf, type Judge } from './freshness/judge.ts'
import { type Graph, nodeOf } from './graph.ts'
import { readResult } from './memory/results.ts'
import type { Plan, PlanStep } from './plan.ts'
import type { AnyPlace, AnyResults, Task } from './task.ts'

/** What a run would do with a task. */
export type Verdict =
  | { readonly kind: 'up-to-date' }
  | { readonly kind: 'runs'; readonly why: readonly Change[] }
  /** Its outputs and its result would be taken from the cache. */
  | { readonly kind: 'restores'; readonly why: readonly Change[]; readonly files?: number }
  | { readonly kind: 'always' }
  /** With `--only`: it is not named, and its result is that of an earlier run. */
  | { readonly kind: 'handed' }
  /** That is not known before these needs have run: it depends on what comes of them. */
  | { readonly kind: 'unknown'; readonly after: readonly string[] }
  /** That is not known before these programs have told their versions, and they are not asked now. */
  | { readonly kind: 'unasked'; readonly tools: readonly string[] }
  /** It would fail at once. */
  | { readonly kind: 'fails'; readonly error: UserError }

export interface ForecastSetting {
  readonly graph: Graph
  readonly plan: Plan
  readonly root: string
  readonly judge: Judge
  /** Tasks that are up to date, as is known already. */
  readonly settled: ReadonlySet<string>
  /** Those that hand on the result of an earlier run, whatever has changed. */
  readonly handed: ReadonlySet<string>
  /** By task, the tools whose versions are not known. */
  readonly unasked: ReadonlyMap<string, readonly string[]>
  readonly cache: Pick<OutputCache, 'has'>
  /** The stored result of a task, as it was serialized. */
  readonly resultOf: (name: string) => Uint8Array | undefined
}

/**
 * Foresees what a run would do with each task of a plan. It runs nothing and writes nothing. A task whose needs would run
 * first runs for sure where something else has changed as well; otherwise that is not known yet.
 */
export function forecast(setting: ForecastSetting): ReadonlyMap<string, Verdict> {
  const verdicts = new Map<string, Verdict>()
  for (const step of setting.plan.steps) verdicts.set(step.name, verdictOf(setting, step, verdicts))
  return verdicts
}

function verdictOf(
  setting: ForecastSetting,
  step: PlanStep,
  verdicts: ReadonlyMap<string, Verdict>,
): Verdict {
  const { graph, judge, root, handed } = setting
  const { name, needs } = step
  const { task, directory } = nodeOf(graph, name)
  if (handed.has(name)) return { kind: 'handed' }
  if (!isRemembered(task)) return { kind: 'always' }
  const unasked = setting.unasked.get(name) ?? []
  if (setting.settled.has(name) && unasked.length === 0) return { kind: 'up-to-date' }
  const open = [...new Set(needs.map(need => need.name))].filter(
    need => !isKnown(verdicts.get(need), nodeOf(graph, need).task),
  )
  // What its functions receive is what its own `params` made; the type is known there and not here.
  const place = { root: join(root, directory), params: step.params, rest: step.rest } as AnyPlace
  try {
    if (open.length > 0 && dependsOnResults(task)) return { kind: 'unknown', after: open }
    const judgement = judge.judge({
      name,
      task,
      directory,
      place,
      needs: new Map(needs.map(need => [need.name, digestsOf(judge.record(need.name))])),
      results: () => storedResults(setting, step),
    })
    switch (judgement.kind) {
      case 'always':
        return judgement
      case 'up-to-date':
        if (open.length > 0) return { kind: 'unknown', after: open }
        return unasked.length > 0 ? { kind: 'unasked', tools: unasked } : { kind: 'up-to-date' }
      case 'stale': {
        const why = judgement.why.filter(change => !isOpen(change, open, unasked))
        // Lost outputs are restored, unless one of those needs comes out otherwise.
        if (open.length > 0 && why.every(({ kind }) => kind === 'output'))
          return { kind: 'unknown', after: open }
        if (unasked.length > 0 && why.every(({ kind }) => kind === 'output'))
          return { kind: 'unasked', tools: unasked }
        if (open.length > 0 || unasked.length > 0) return { kind: 'runs', why }
        return mayBeRestored(setting, step, task, judgement)
          ? { kind: 'restores', why }
          : { kind: 'runs', why }
      }
    }
  } catch (error) {
    // What is not there now may be made by a need that would run first.
    if (open.length > 0) return { kind: 'unknown', after: open }
    // What its functions throw, and the system says of its files, is its own failure in a run as well.
    const fault = error instanceof UserError ? error : new UserError(String(error), { cause: error })
    return { kind: 'fails', error: fault }
  }
}

/** What comes of a need that runs first, and of a tool that was not asked. */
function isOpen(change: Change, needs: readonly string[], tools: readonly string[]): boolean {
  if (change.kind === 'need') return needs.includes(change.name)
  return change.kind === 'tool' && tools.includes(change.name)
}

/** A need whose result and outputs will be what they were. */
function isKnown(verdict: Verdict | undefined, need: Task): boolean {
  if (verdict?.kind === 'handed') return isRemembered(need)
  if (verdict?.kind === 'restores') return verdict.why.every(({ kind }) => kind === 'output')
  return verdict?.kind === 'up-to-date'
}

function dependsOnResults({ options }: Task): boolean {
  return typeof options.inputs === 'function' || typeof options.outputs === 'function'
}

type Stale = ReturnType<Judge['judge']> & { kind: 'stale' }

function mayBeRestored(
  { judge, cache }: ForecastSetting,
  { name }: PlanStep,
  task: Task,
  stale: Stale,
): boolean {
  if (task.options.cache === false || stale.why.some(({ kind }) => kind === 'forced')) return false
  return cache.has(fingerprintOf(name, stale.present, judge.takeInputs(name, stale.present)))
}

function storedResults({ resultOf }: ForecastSetting, { needs }: PlanStep): AnyResults {
  return Object.fromEntries(
    needs.map(need => {
      const bytes = resultOf(need.name)
      return [need.key, bytes === undefined ? undefined : readResult(bytes)]
    }),
  )
}
