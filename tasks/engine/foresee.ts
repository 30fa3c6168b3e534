import { forecast, type Verdict } from './forecast.ts'
import type { Judge } from './freshness/judge.ts'
import { prepareWork, type WorkSetting } from './prepare-work.ts'

export interface Foreseen {
  readonly judge: Judge
  readonly verdicts: ReadonlyMap<string, Verdict>
}

/** What a run of this plan would do with each task, as far as that is known. Runs nothing, no tool that would
 * tell its version either, and writes nothing. */
export async function foresee(
  setting: WorkSetting & { readonly handed?: ReadonlySet<string> },
): Promise<Foreseen> {
  const { graph, plan, workplace, handed = new Set<string>() } = setting
  const { root, cache, memory } = workplace
  const { judge, settlement, unasked } = await prepareWork({ ...setting, asks: false })
  const resultOf = (name: string) => memory.result(name)
  const known = { settled: settlement.names, handed, unasked }
  const verdicts = forecast({ graph, plan, root, judge, ...known, cache, resultOf })
  return { judge, verdicts }
}
