import { randomInt } from 'node:crypto'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { pick, random } from '../../../../chaos/random.ts'
import { scopeOf } from '../live-rig.ts'
import type { Plan } from './misbehaving.ts'
import {
  type Misbehaviour,
  type MisbehaviourName,
  misbehaviourNames,
  misbehaviours,
} from './misbehaviours.ts'
import { keepsPromises } from './promises.ts'
import { type Scenario, type ScenarioName, scenarioNames, scenarios } from './scenarios.ts'
import { type Ground, groundIn, stageOf } from './stage.ts'

/**
 * Every scenario against an adapter that misbehaves in every way there is, at every message of the protocol where that
 * matters: whatever it does, the same promises hold. Tried in a random order, as many as there is time for: `HOSTILE_SEED`
 * repeats a run, `HOSTILE_SECONDS` makes a longer one, and `HOSTILE_ONLY`, such as `lines hangs`, tries a part.
 */
const seed = Number(process.env.HOSTILE_SEED ?? randomInt(2 ** 31))
const seconds = Number(process.env.HOSTILE_SECONDS ?? 40)
const [onlyScenario = '*', onlyMisbehaviour = '*'] = process.env.HOSTILE_ONLY?.split(' ') ?? []
/** How many are tried at a time. */
const width = 8
/** Those that are tried at each message; any other is at this many. */
const everywhere: readonly MisbehaviourName[] = ['hangs', 'ends', 'dropsAnswer']
const mostOthers = 2

t.setTimeout(Math.max(280_000, seconds * 3_000))
t.comment(`HOSTILE_SEED=${seed}`)

type Case = { readonly scenario: ScenarioName; readonly plan: Plan; readonly harmless: boolean }

t.test('whatever an adapter does, its debug session keeps its promises', async t => {
  const ground = groundIn(t.testdir(), scopeOf(t))
  const cases = await casesOf(ground)
  const neighbour = await stageOf(
    ground,
    { ...scenarios.pauses, breakpoints: ['app.py:8'] },
    { program: 'spin', misbehaves: 'behaves', at: '', seed },
    60_000,
  )
  await neighbour.ask('debug.status', { wait: 60 })
  using held = monitorEventLoopDelay()
  held.enable()
  const until = performance.now() + seconds * 1_000
  const waiting = cases.values()
  let tried = 0
  const workers = Array.from({ length: width }, async () => {
    for (const { scenario, plan, harmless } of waiting) {
      if (performance.now() > until) return
      tried++
      const patience = { harmless, answerMs: harmless ? 60_000 : 150 }
      const broken = await keepsPromises(t, ground, scenarios[scenario], plan, patience).catch(error => [
        `${error.stack}`,
        `${error.cause?.stack}`,
      ])
      t.same(broken, [], `${scenario}: ${plan.misbehaves} at ${plan.at}, seed ${plan.seed}`)
    }
  })
  let isOver = false
  const over = Promise.all(workers).finally(() => {
    isOver = true
  })
  let turns = 0
  for (; !isOver; turns++) {
    const stands = await neighbour.ask('debug.continue', { wait: 60 })
    if (stands.stop?.number !== turns + 2) t.fail('the one beside them goes on', { stands, turns })
    await delay(50)
  }
  await over
  t.comment(`${tried} of ${cases.length} tried; ${turns} turns of the one beside them`)
  t.comment(`the runner was held up for ${Math.round(held.max / 1e6)} ms at the most`)
  t.match(neighbour.live.view(), { status: 'stopped' })
  await neighbour[Symbol.asyncDispose]()
})

/** In a random order. */
async function casesOf(ground: Ground): Promise<readonly Case[]> {
  const next = random(seed)
  const cases: { order: number; of: Case }[] = []
  for (const scenario of scenarioNames) {
    if (onlyScenario !== '*' && onlyScenario !== scenario) continue
    const { program }: Scenario = scenarios[scenario]
    const commands = await commandsOf(ground, scenario)
    for (const misbehaves of misbehaviourNames) {
      if (onlyMisbehaviour !== '*' && onlyMisbehaviour !== misbehaves) continue
      const { once, harmless = false }: Misbehaviour = misbehaviours[misbehaves]
      const chosen = everywhere.includes(misbehaves)
        ? commands
        : Array.from({ length: once ? mostOthers : 1 }, () => pick(next, commands))
      for (const at of new Set(chosen)) {
        const plan = { program, misbehaves, at, seed: Math.floor(next() * 2 ** 31) }
        cases.push({ order: next(), of: { scenario, plan, harmless } })
      }
    }
  }
  return cases.toSorted((one, other) => one.order - other.order).map(({ of }) => of)
}

/** What is asked of an adapter in a scenario. */
async function commandsOf(ground: Ground, scenario: ScenarioName): Promise<readonly string[]> {
  const { program, steps }: Scenario = scenarios[scenario]
  const plan = { program, misbehaves: 'behaves', at: '', seed } as const
  await using stage = await stageOf(ground, scenarios[scenario], plan, 60_000)
  for (const [operation, input] of steps)
    await stage
      .ask(operation, { ...(operation === 'debug.status' && { wait: 60 }), ...input })
      .catch(() => undefined)
  return [...new Set(stage.adapter().asked)]
}
