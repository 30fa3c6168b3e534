import type { Stop } from '../../../contract/debug-resources.ts'
import type { AskAdapter } from '../ask-adapter.ts'
import { cutText } from '../cut-text.ts'
import { scopesBodySchema, variablesBodySchema } from '../dap-messages.ts'
import type { StoppedFrames } from '../stopped-frames.ts'
import { localScopes } from './local-scopes.ts'
import { relevantVariables } from './relevant-variables.ts'
import type { KeptFrame, KeptLevel, KeptStop, KeptValue } from './stop-diff.ts'

/** Frames that are kept, and those whose variables are. */
const mostFrames = 60
const mostWithVariables = 3
/** Values of a stop, and parts of one of them. */
const mostValues = 500
const mostParts = 50
const mostText = 200
const askMs = 1_000

type Open = { value: string; type: string | null; parts?: KeptLevel; reference: number; indexed: number }

/** A bounded picture of where a thread stands. Rejects where not even the stack is told. */
export async function keepStop(
  ask: AskAdapter,
  frames: StoppedFrames,
  { number, reason, thread }: Stop,
  until: number,
): Promise<KeptStop> {
  const stack = await frames.all(thread)
  const kept: KeptFrame[] = []
  const room = { left: mostValues }
  const opened: Open[] = []
  for (const [index, frame] of stack.slice(0, mostFrames).entries()) {
    const { name, file, line } = await frames.told(frame, index)
    const place = { name: cutText(name, mostText).value, file, line, depth: stack.length - index - 1 }
    const variables = index < mostWithVariables ? await localsOf(frame.id) : undefined
    kept.push({ ...place, variables })
  }
  // Once all variables are: what one of them consists of must not take the room of the others.
  for (const open of opened) {
    if (room.left <= 0 || performance.now() > until) break
    const page = open.indexed > mostParts ? { filter: 'indexed', start: 0, count: mostParts } : {}
    const found = await partsOf(open.reference, page).catch(() => undefined)
    if (found === undefined) continue
    const level = levelOf(found, mostParts)
    open.parts = { values: level.values, whole: level.whole && open.indexed <= mostParts }
  }
  return { number, reason, thread, frames: kept }

  async function localsOf(frameId: number): Promise<KeptLevel | undefined> {
    try {
      const { scopes } = await ask('scopes', { frameId }, scopesBodySchema, askMs)
      const all = await Promise.all(localScopes(scopes).map(scope => partsOf(scope.variablesReference)))
      return levelOf(all.flat(), mostValues, opened)
    } catch {
      return undefined
    }
  }

  async function partsOf(variablesReference: number, page: object = {}) {
    const parameters = { variablesReference, ...page }
    return (await ask('variables', parameters, variablesBodySchema, askMs)).variables
  }

  function levelOf(found: Awaited<ReturnType<typeof partsOf>>, most: number, opens?: Open[]): KeptLevel {
    const all = relevantVariables(found, '', [])
    const taken = all.slice(0, Math.min(most, room.left))
    room.left -= taken.length
    const values = new Map<string, KeptValue>()
    for (const { name, value, type, variablesReference, indexedVariables } of taken) {
      // The innermost of those that hide each other is told first.
      if (values.has(name)) continue
      const told: Open = {
        value: cutText(value, mostText).value,
        type: type === undefined ? null : cutText(type, mostText).value,
        reference: variablesReference,
        indexed: indexedVariables ?? 0,
      }
      values.set(cutText(name, mostText).value, told)
      if (variablesReference > 0 && !value.startsWith('<module ')) opens?.push(told)
    }
    return { values, whole: taken.length === all.length }
  }
}
