import type { Test } from 'tap'
import { differences } from './differences.ts'
import { groundFor } from './ground.ts'
import { type LanguageName, languages, missingFor } from './languages.ts'
import type { Scenario } from './scenario.ts'
import { scenarioNames, scenarios } from './scenarios.ts'

/** How a scenario went: it holds, it is refused as it should be where the debugger lacks it, or neither. */
export type Tried =
  | { readonly kind: 'holds' }
  | { readonly kind: 'lacking'; readonly reason: string }
  | { readonly kind: 'failed'; readonly message: string }

/** Tries every scenario on one language. All stand on one ground: each launches a program of its own. */
export async function tryMatrix(
  t: Test,
  name: LanguageName,
  told: (scenario: string, tried: Tried) => void,
): Promise<void> {
  const ground = await groundFor(t, languages[name])
  for (const scenario of scenarioNames) {
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
export function testMatrix(t: Test, name: LanguageName): void {
  t.setTimeout(240_000)
  t.test(name, { skip: missingFor(languages[name]) ?? false }, async t => {
    await tryMatrix(t, name, (scenario, tried) => {
      const { title }: Scenario = scenarios[scenario as keyof typeof scenarios]
      if (tried.kind === 'failed') t.fail(`${title}: ${tried.message}`)
      else t.pass(tried.kind === 'holds' ? title : `${title}: not here, for ${tried.reason}`)
    })
  })
}
