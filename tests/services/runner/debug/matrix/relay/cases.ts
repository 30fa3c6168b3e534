import { between, pick, random } from '../../../../../chaos/random.ts'
import { misbehaviourNames } from '../../hostile/misbehaviours.ts'
import { differences } from '../differences.ts'
import { type LanguageName, languageNames } from '../languages.ts'
import { type ScenarioName, scenarioNames } from '../scenarios.ts'
import { isHarmless, type RelayPlan } from './relay.ts'
import { longestMs, shortAnswerMs } from './try-relay.ts'

/** Few scenarios have an adapter say less than so many answers and events. */
const mostAt = 12

export type Case = { readonly scenario: ScenarioName; readonly plan: RelayPlan }

/** Without an end: any scenario that an engine has, and one misbehaviour. */
export function* casesOf(language: LanguageName, seed: number): Generator<Case, never> {
  const next = random(seed + languageNames.indexOf(language))
  const had = scenarioNames.filter(name => differences[language][name] === undefined)
  for (;;) {
    const misbehaves = pick(next, misbehaviourNames)
    const answerMs = isHarmless(misbehaves) ? longestMs : shortAnswerMs
    const plan = { misbehaves, at: between(next, 1, mostAt), seed: Math.floor(next() * 2 ** 31), answerMs }
    yield { scenario: pick(next, had), plan }
  }
}
