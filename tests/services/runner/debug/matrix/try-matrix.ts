import type { Test } from 'tap'
import { differences } from './differences.ts'
import { groundFor } from './ground.ts'
import { type LanguageName, languages, missingFor } from './languages.ts'
import type { Scenario } from './scenario.ts'
import { type ScenarioName, scenarioNames, scenarios } from './scenarios.ts'

/** How a scenario went: it holds, it is refused as it should be where the debugger lacks it, or neither. */
export type Tried =
  | { readonly kind: 'holds' }
  | { readonly kind: 'lacking'; readonly reason: string }
  | { readonly kind: 'failed'; readonly message: string }

/** Tries scenarios on one language, all that there are unless these are said. All stand on one ground: each launches a program of its own. */
export async function tryMatrix(
  t: Test,
  name: LanguageName,
  told: (scenario: ScenarioName, tried: Tried) => void,
  names: readonly ScenarioName[] = scenarioNames,
): Promise<void> {
  const ground = await groundFor(t, languages[name])
  for (const scenario of names) {
    const { holds, without }: Scenario = scenarios[scenario]
    const reason = differences[name][scenario]
    try {
      await (reason === undefined ? holds(ground) : without?.(ground))
      told(scenario, reason === undefined ? { kind: 'holds' } : { kind: 'lacking', reason })
    } catch (error) {
      told(scenario, { kind: 'failed', message: error instanceof Error ? error.message : String(error) })
    }
    await ground.end()
  }
}

/** A tap test of one language. */
export function testMatrix(t: Test, name: LanguageName, names: readonly ScenarioName[]): void {
  t.setTimeout(280_000)
  t.test(name, { skip: missingFor(languages[name]) ?? false }, async t => {
    const told = (scenario: ScenarioName, tried: Tried) => {
      const { title }: Scenario = scenarios[scenario]
      if (tried.kind === 'failed') t.fail(`${title}: ${tried.message}`)
      else t.pass(tried.kind === 'holds' ? title : `${title}: not here, for ${tried.reason}`)
    }
    await tryMatrix(t, name, told, names)
  })
}
