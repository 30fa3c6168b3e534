import { randomInt } from 'node:crypto'
import t from 'tap'
import { languageNames, languages, missingFor } from '../languages.ts'
import { casesOf } from './cases.ts'
import { relayGround, tryRelay } from './try-relay.ts'

/**
 * The matrix with each real debugger behind a relay that delays, drops, doubles, spoils, floods, hangs or leaves: scenarios hold
 * where that does no harm; otherwise everything is answered in time, ends with a reason, and nothing is left. For longer,
 * `HOSTILE_SECONDS` for each language; `HOSTILE_SEED` repeats a run, and `HOSTILE_ONLY`, such as `gdb * hangs`, tries a part.
 */
const seconds = process.env.HOSTILE_SECONDS
const seed = Number(process.env.HOSTILE_SEED ?? (seconds === undefined ? 1 : randomInt(2 ** 31)))
const [language = '*', only = '*', misbehaviour = '*'] = process.env.HOSTILE_ONLY?.split(' ') ?? []
const usualSeconds = 1
const isAmong = (name: string, wanted: string) => wanted === '*' || wanted === name
/** Programs of Rust have the debugger of those of C, and take long to build. */
const names = languageNames.filter(name => seconds !== undefined || name !== 'rust')

t.setTimeout(Math.max(280_000, Number(seconds ?? usualSeconds) * 12_000))
t.comment(`HOSTILE_SEED=${seed}`)

for (const name of names.filter(name => isAmong(name, language)))
  t.test(name, { skip: missingFor(languages[name]) ?? false }, async t => {
    const ground = await relayGround(t, name)
    const ends = performance.now() + Number(seconds ?? usualSeconds) * 1_000
    for (const { scenario, plan } of casesOf(name, seed)) {
      if (performance.now() > ends) return
      if (!isAmong(scenario, only) || !isAmong(plan.misbehaves, misbehaviour)) continue
      const { broken, at = 'nothing', ends: how } = await tryRelay(ground, scenario, plan)
      const tried = `${scenario}: ${plan.misbehaves} at ${plan.at}, ${at}, seed ${plan.seed}`
      t.same(broken, [], `${tried}: ${how.join(', ')}`)
    }
  })
