import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import type { CommandId } from '../../../../../../services/contract/ids.ts'
import { debugOperations } from '../../../../../../services/contract/operations/debug.ts'
import { requestCancel, runningCommands } from '../../../../../../services/store/commands.ts'
import { abandoning, until } from '../../../../../until.ts'
import { pidOf } from '../../debug-processes.ts'
import type { DebugClient, Launched } from '../../debug-rig.ts'
import type { MisbehaviourName } from '../../hostile/misbehaviours.ts'
import { groundFor } from '../ground.ts'
import { type LanguageName, languages } from '../languages.ts'
import type { Scenario } from '../scenario.ts'
import { type ScenarioName, scenarios } from '../scenarios.ts'
import { isHarmless, type Relaying, type RelayPlan, relayed } from './relay.ts'

/** How long a scenario goes on behind what breaks it, in milliseconds. */
const onwardMs = 1_000
/** How long one may take before that is come to. */
const reachMs = 60_000
/** An answer is late after the time that it was given, and this. */
const lateMs = 45_000
/** What happens is waited for so long, in seconds, and so long what may never happen. */
const usualWait = 30
const shortWait = 1
/** How long an adapter may take to answer, where it may never do so. */
export const shortAnswerMs = 3_000
/** Longer than anything takes. */
export const longestMs = 240_000

/** Adapters with which nothing can be done any more, of which that is seen at once. */
const leaving: ReadonlySet<MisbehaviourName> = new Set([
  ...(['ends', 'endsBehindAnswer', 'endsWithin', 'saysNoHeader', 'saysEndlessHeader'] as const),
  ...(['saysHugeLength', 'saysShortLength', 'saysNoJson', 'saysNoObject', 'saysNoMessage', 'nests'] as const),
])
/** The same, where it is seen by whoever asks. */
const silent: ReadonlySet<MisbehaviourName> = new Set(['hangs', 'hangsBehindAnswer'])

export type Tried = {
  /** What does not hold of all that is promised. */
  readonly broken: readonly string[]
  /** The answer or event that was misbehaved at; undefined where none came so late. */
  readonly at: string | undefined
  /** How its debug sessions ended. */
  readonly ends: readonly string[]
}

type Watch = {
  /** What is wrong with an answer is added to it. */
  readonly broken: string[]
  /** What is asked may be waited for so long, in seconds. */
  readonly wait: () => number
  readonly over: AbortSignal
}

const untold = { misbehaved: () => undefined }
const behaves: RelayPlan = { misbehaves: 'behaves', at: 1, seed: 1, answerMs: longestMs }

/** A program of a language under its own debugger, behind a relay. */
export async function relayGround(t: Test, name: LanguageName) {
  let relaying: Relaying = { ...untold, plan: behaves }
  const between = relayed(() => relaying)
  const ground = await groundFor(t, languages[name], { debuggers: { between } })
  const { client } = ground
  const plainly: DebugClient['ask'] = client.ask.bind(client)
  return {
    ground,
    plainly,
    /** From now on it is so. */
    relay(next: Relaying, watch?: Watch): void {
      relaying = next
      client.ask = watch === undefined ? plainly : watched(plainly, watch)
    },
  }
}

export type RelayGround = Awaited<ReturnType<typeof relayGround>>

/** Asks, waits for nothing long, and looks at each answer. */
const watched =
  (ask: DebugClient['ask'], { broken, wait, over }: Watch): DebugClient['ask'] =>
  async (debug, operation, input = {}) => {
    over.throwIfAborted()
    const times = Object.entries(input).filter(([name]) => name === 'wait' || name === 'timeout')
    const less = times.map(([name, seconds]) => [name, Math.min(Number(seconds), wait())])
    const mostMs = Math.max(0, ...less.map(([, seconds]) => Number(seconds))) * 1_000 + lateMs
    const answered = new AbortController()
    const late = delay(mostMs, undefined, answered).catch(() => undefined)
    const answer = await Promise.race([
      ask(debug, operation, { ...input, ...Object.fromEntries(less) }),
      late,
    ])
    answered.abort()
    if (answer === undefined) {
      broken.push(`${operation} is not answered`)
      throw new Error(`${operation} is not answered`)
    }
    if (!answer.ok && (answer.code === 'internal' || answer.detail === ''))
      broken.push(`${operation}: ${answer.code} ${answer.detail}`)
    const read = answer.ok ? debugOperations[operation].output.safeParse(answer.value) : undefined
    if (read?.success === false)
      broken.push(`${operation} answers what the contract does not: ${read.error.message}`)
    return answer
  }

/** Plays a scenario, and looks at all that is promised of it whatever comes of its adapter. */
export async function tryRelay(of: RelayGround, scenario: ScenarioName, plan: RelayPlan): Promise<Tried> {
  const { ground, relay } = of
  const broken: string[] = []
  const harmless = isHarmless(plan.misbehaves)
  const over = new AbortController()
  const reached = Promise.withResolvers<string>()
  let wait = usualWait
  const misbehaved = (name: string) => {
    reached.resolve(name)
    if (!harmless) wait = shortWait
  }
  relay({ plan, misbehaved }, { broken, wait: () => wait, over: over.signal })
  const { holds }: Scenario = scenarios[scenario]
  const played = abandoning(over.signal, () => holds(ground)).catch((error: unknown) => {
    if (harmless) broken.push(`it does not hold: ${error instanceof Error ? error.message : error}`)
  })
  if (!harmless) await Promise.race([played, enough(reached.promise, over.signal)])
  else await played
  over.abort()
  relay({ ...untold, plan })
  const at = await Promise.race([reached.promise, Promise.resolve(undefined)])
  const ends: string[] = []
  for (const debug of ground.launched.splice(0)) {
    const wrongly = at === undefined ? undefined : await goesOn(of, debug, plan)
    if (wrongly !== undefined) broken.push(wrongly)
    const { reason, wrong } = await endOf(of, debug)
    ends.push(reason)
    broken.push(...wrong)
  }
  await played
  relay({ ...untold, plan: behaves })
  broken.push(...(await nothingStays(of)))
  return { broken, at, ends }
}

async function enough(reached: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const late = delay(reachMs, undefined, { signal }).catch(() => undefined)
  await Promise.race([reached, late])
  await delay(onwardMs, undefined, { signal }).catch(() => undefined)
}

type End = { readonly reason: string; readonly wrong: readonly string[] }

/** How it ends when it is told to. */
async function endOf({ ground: { rig }, plainly }: RelayGround, debug: Launched): Promise<End> {
  const said = await plainly(debug.id, 'debug.terminate', { wait: 60 })
  const row = await rig.ended(debug.command)
  const { end } = (said.ok ? said.value : {}) as { end?: { reason: string; message: string } | null }
  if (end === undefined || end === null)
    return { reason: 'none', wrong: [`it does not end: ${JSON.stringify(said)}`] }
  const { reason, message } = end
  if (message === '') return { reason, wrong: [`its end as ${reason} says nothing`] }
  return { reason, wrong: row.status === 'lost' ? ['its command is lost'] : [] }
}

/** Without an adapter that can be used nobody has to end it: what is wrong where it goes on. */
async function goesOn(
  { ground: { rig }, plainly }: RelayGround,
  debug: Launched,
  { misbehaves }: RelayPlan,
): Promise<string | undefined> {
  if (!leaving.has(misbehaves) && !silent.has(misbehaves)) return undefined
  if (silent.has(misbehaves)) await plainly(debug.id, 'debug.threads')
  return rig.ended(debug.command).then(
    () => undefined,
    () => 'it goes on without an adapter',
  )
}

/** Programs that a debugger was attached to go on without it: those are ended. */
async function nothingStays({ ground: { rig, session } }: RelayGround): Promise<readonly string[]> {
  const running: CommandId[] = (await runningCommands(rig.store)).map(({ id }) => id)
  for (const id of running) await requestCancel(rig.store, id, rig.now())
  rig.wake()
  for (const id of running) await rig.ended(id)
  const left = () => pidOf(session.id) === undefined
  return until('nothing to be left', left).then(
    () => [],
    () => ['processes are left'],
  )
}
