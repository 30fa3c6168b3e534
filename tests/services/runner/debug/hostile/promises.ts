import { setTimeout as delay } from 'node:timers/promises'
import { inspect } from 'node:util'
import type { Test } from 'tap'
import { systemClock } from '../../../../../lib/clock.ts'
import { debugOperations } from '../../../../../services/contract/operations/debug.ts'
import { replayOf } from '../../../../../services/runner/debug/record/replay-of.ts'
import { Refusal } from '../../../../../services/runner/debug/refusal.ts'
import { debugRecord } from '../../../../../services/store/debug-record.ts'
import { editorBeside } from './beside.ts'
import type { Plan } from './misbehaving.ts'
import type { Scenario, Step } from './scenarios.ts'
import { type Ground, type Stage, stageOf } from './stage.ts'

/** An answer is late after this, whatever the adapter does: nothing on this stage takes longer by itself. */
const mostMs = 100_000

/** Those that wait for what happens. */
const waiting: ReadonlySet<Step[0]> = new Set([
  ...(['debug.status', 'debug.continue', 'debug.next', 'debug.step_in', 'debug.step_out'] as const),
  ...(['debug.until', 'debug.pause', 'debug.terminate', 'debug.run_to_failure'] as const),
])

export type Answer = { readonly value: unknown } | { readonly refused: Refusal }

/** Asks, and waits no longer than anything may take. Throws where it is answered with what nobody foresaw. */
async function answerOf(stage: Stage, [operation, input = {}]: Step, wait: number): Promise<Answer> {
  const over = new AbortController()
  const late = delay(mostMs, 'late' as const, { signal: over.signal }).catch(() => 'late' as const)
  const asked = stage
    .ask(operation, {
      ...(waiting.has(operation) && { wait }),
      ...(operation === 'debug.run_to_failure' && { debug: stage.live.identity.id }),
      ...input,
    })
    .then((value): Answer => ({ value }))
    .catch((error): Answer => {
      if (error instanceof Refusal) return { refused: error }
      throw new Error(`${operation} failed`, { cause: error })
    })
  const answer = await Promise.race([asked, late])
  over.abort()
  if (answer === 'late') throw new Error(`${operation} was not answered`)
  return answer
}

/** What is answered is what the contract says. */
function isOfContract([operation]: Step, answer: Answer): string | undefined {
  if ('refused' in answer) return undefined
  const { success, error } = debugOperations[operation].output.safeParse(answer.value)
  return success ? undefined : `${operation} answers what the contract does not: ${error.message}`
}

/** Plays a scenario, and looks at all that is promised of it whatever its adapter does. */
export async function keepsPromises(
  t: Test,
  ground: Ground,
  scenario: Scenario,
  plan: Plan,
  { harmless, answerMs }: { readonly harmless: boolean; readonly answerMs: number },
): Promise<readonly string[]> {
  const broken: string[] = []
  await using stage = await stageOf(ground, scenario, plan, answerMs)
  const { live, events, record, paths } = stage
  const editor = editorBeside(live)
  let lastStop: number | undefined
  using _ = live.listen({
    adapter: () => undefined,
    told: (event, { stop }) => {
      if (event === 'stopped') lastStop = stop?.number
    },
  })
  for (const step of scenario.steps) {
    const answer = await answerOf(stage, step, harmless ? 60 : 0.2)
    const wrong = isOfContract(step, answer)
    if (wrong !== undefined) broken.push(wrong)
    if (!harmless) continue
    if ('refused' in answer) broken.push(`${step[0]} is refused: ${answer.refused.message}`)
    else if (!t.match(answer.value, step[2] ?? {}, `${step[0]} ${JSON.stringify(plan)}`)) broken.push(step[0])
  }
  const toldEditor = await editor.looks()
  if (toldEditor === 0) broken.push('the editor beside is told nothing')
  const last = await answerOf(stage, ['debug.terminate'], 5)
  const view = live.view()
  if (view.status !== 'ended' || view.end === null || view.end.message === '')
    broken.push(`it does not end: ${JSON.stringify(last)}`)
  if (events.filter(event => event === 'ended').length > 1 || !['ended', undefined].includes(events.at(-1)))
    broken.push(`its end is told ${events.filter(event => event === 'ended').length} times`)
  await editor.goes()
  if (editor.mistakes.length > 0) broken.push(`the editor beside fails: ${inspect(editor.mistakes)}`)
  await record.flush()
  const lines = await Array.fromAsync(debugRecord(paths))
  const damaged = lines.filter(line => 'damaged' in line)
  if (lines.length === 0 || damaged.length > 0)
    broken.push(`${damaged.length} of ${lines.length} lines of its record cannot be read`)
  const replay = { frame: 0, start: 0, limit: 100 }
  const surroundings = { identity: live.identity, clock: systemClock, scope: ground.scope }
  const shown = await replayOf(paths, replay, surroundings).catch((error): undefined => {
    if (!(error instanceof Refusal)) broken.push(`its record cannot be replayed: ${error.stack}`)
  })
  if (harmless && shown?.stop.number !== lastStop)
    broken.push(`its record has stop ${shown?.stop.number} last, in place of ${lastStop}`)
  return broken
}
