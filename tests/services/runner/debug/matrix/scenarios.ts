import { attachScenarios } from './attach.ts'
import { commonScenarios } from './common-scenarios.ts'
import { endScenarios } from './end-scenarios.ts'
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
  ...traceScenarios,
  ...attachScenarios,
}

export type ScenarioName = keyof typeof scenarios
export const scenarioNames = Object.keys(scenarios) as ScenarioName[]
