import { attachScenarios } from './attach.ts'
import { commonScenarios } from './common-scenarios.ts'
import { endScenarios } from './end-scenarios.ts'
import { leaveScenarios } from './leave-scenarios.ts'
import { nativeScenarios } from './native-scenarios.ts'
import { programScenarios } from './program-scenarios.ts'
import { sourceScenarios } from './source-scenarios.ts'
import { traceScenarios } from './trace-scenarios.ts'

export const scenarios = {
  ...commonScenarios,
  ...nativeScenarios,
  ...sourceScenarios,
  ...programScenarios,
  ...endScenarios,
  ...leaveScenarios,
  ...traceScenarios,
  ...attachScenarios,
}

export type ScenarioName = keyof typeof scenarios
export const scenarioNames = Object.keys(scenarios) as ScenarioName[]

const leaving = new Set<string>(Object.keys(leaveScenarios))
/** In tests of their own, so that none takes too long: those of editors that leave, and all others. */
export const leaveNames = scenarioNames.filter(name => leaving.has(name))
export const stayNames = scenarioNames.filter(name => !leaving.has(name))
