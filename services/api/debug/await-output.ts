import { setTimeout as delay } from 'node:timers/promises'
import { commandHasEnded } from '../../contract/command-state.ts'
import type { Contract } from '../../contract/contract.ts'
import type { OutputOf, ParsedInputOf } from '../../contract/operation.ts'
import { type DebugSessionJoined, getDebugSession } from '../../store/debug-sessions.ts'
import type { Context } from '../context.ts'
import type { Outcome } from '../outcome.ts'
import type { DebugCall } from './debug-call.ts'
import { outputOf } from './debug-output.ts'
import { statusOf } from './debug-status.ts'

type Operation = Contract['debug.output']
type Output = Outcome<OutputOf<Operation>>

/** How often the files are looked at meanwhile, in milliseconds. */
const lookMs = 100

/** The output once there is some, or the debuggee has stopped or ended, or the seconds are over. */
export async function awaitOutput(
  context: Context,
  debug: DebugSessionJoined,
  input: ParsedInputOf<Operation>,
  { by, gone }: DebugCall,
): Promise<Output> {
  const first = await outputOf(context, debug.row, input)
  if (input.wait === 0 || hasSome(first) || commandHasEnded(debug.row.status)) return first
  const over = new AbortController()
  const signals = [gone, context.stopping, over.signal]
  const standing = statusOf(context, debug, { seconds: input.wait, by, gone: AbortSignal.any(signals) })
  const state = { stands: false }
  // Whatever it answers, a refusal too: there is nothing more to wait for.
  void standing.finally(() => {
    state.stands = true
  })
  const deadline = performance.now() + input.wait * 1_000
  try {
    for (;;) {
      const isLast = state.stands || performance.now() >= deadline || gone.aborted || context.stopping.aborted
      const row = (await getDebugSession(context.store, debug.id))?.row ?? debug.row
      const output = await outputOf(context, row, input)
      if (isLast || hasSome(output)) return output
      await Promise.race([standing, delay(lookMs)])
    }
  } finally {
    over.abort()
    await standing
  }
}

const hasSome = (output: Output): boolean =>
  !output.ok || output.value.complete || output.value.chunks.length > 0 || output.value.messages.length > 0
