import { askLooks } from '../engine/ask-looks.ts'
import { foresee } from '../engine/foresee.ts'
import type { Graph } from '../engine/graph.ts'
import { orderPlan } from '../engine/order-steps.ts'
import type { Plan } from '../engine/plan.ts'
import { handedResults, onlyTargets } from '../engine/prepare-work.ts'
import type { Workplace } from '../engine/workplace.ts'
import { planText } from '../reporters/plan-text.ts'
import type { Style } from '../reporters/style.ts'

export interface PlanSetting {
  readonly graph: Graph
  readonly plan: Plan
  readonly environment: Readonly<Record<string, string>>
  readonly workplace: Workplace
  readonly jobs: number
  readonly force: boolean
  readonly only: boolean
  readonly style: Style
}

/** The text of `--plan`. Nothing is written for it, and no task is run. Throws a UserError where a run would. */
export async function showPlan(setting: PlanSetting): Promise<string> {
  const { graph, workplace, jobs, force, only, style } = setting
  const { root, memory } = workplace
  const environment = { ...process.env, ...setting.environment }
  const chosen = only ? onlyTargets(setting.plan) : setting.plan
  const handed = new Set(only ? handedResults(graph, chosen, workplace).keys() : [])
  const { verdicts } = await foresee({ graph, plan: chosen, environment, workplace, force, handed })
  // The whole of it, for it is shown as it would run if nothing were up to date.
  const plan = orderPlan(chosen, names => memory.durations(names), new Set())
  const asked = { ...plan, steps: plan.steps.filter(({ name }) => !handed.has(name)) }
  const looks = await askLooks(graph, asked, { root, environment })
  return planText(plan, { jobs, verdicts, looks }, style)
}
