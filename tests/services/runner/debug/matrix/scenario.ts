import assert from 'node:assert/strict'
import type { DebugSession } from '../../../../../services/contract/debug-resources.ts'
import type { Launched } from '../debug-rig.ts'
import { type Ground, place } from './ground.ts'

/**
 * What every debugger does in the same way. A scenario throws where it does not. What an engine does not have it refuses, in
 * words that say so: those scenarios are listed in `differences.ts`, and hold there by `without`.
 */
export type Scenario = {
  readonly title: string
  readonly holds: (ground: Ground) => Promise<void>
  /** What holds of an engine that does not have it. */
  readonly without?: (ground: Ground) => Promise<void>
}

export const ended = (code: number) => ({ status: 'ended', end: 'exited', code })

export function standsAt(
  ground: Ground,
  debug: DebugSession,
  mark: string,
  name: string,
  reason = 'breakpoint',
) {
  const { language } = ground
  assert.deepEqual(place(debug), {
    reason,
    function: language.named(name),
    file: language.file,
    line: ground.line(mark),
  })
}

/** Waits until it does. */
export const spins = ({ rig }: Ground, { session, command }: Launched) =>
  rig.printed(session, command, 'spins\n')

/** Stands where there are four threads. */
export async function atThreads(ground: Ground) {
  const debug = await ground.run('threads', { breakpoints: [ground.at('threads')] })
  const { threads } = (await ground.answer(debug, 'debug.threads')) as { threads: { id: number }[] }
  assert.ok(threads.length >= 4, `${threads.length} threads`)
  assert.ok(threads.some(({ id }) => id === debug.at.stop?.thread))
  return { debug, threads }
}
