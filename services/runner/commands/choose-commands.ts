import type { SessionId } from '../../contract/ids.ts'

/**
 * Which of the ready commands, oldest first, start in the free slots: each time the oldest one of a session that has
 * the fewest running, so that a session with a thousand commands does not hold up one with a single one.
 */
export function chooseCommands<Command extends { session_id: SessionId }>(
  ready: readonly Command[],
  running: Iterable<SessionId>,
  freeSlots: number,
): Command[] {
  const load = new Map<SessionId, number>()
  const loadOf = (session: SessionId) => load.get(session) ?? 0
  for (const session of running) load.set(session, loadOf(session) + 1)
  const waiting = new Set(ready)
  const chosen: Command[] = []
  while (chosen.length < freeSlots) {
    let best: Command | undefined
    for (const command of waiting)
      if (best === undefined || loadOf(command.session_id) < loadOf(best.session_id)) best = command
    if (best === undefined) break
    waiting.delete(best)
    chosen.push(best)
    load.set(best.session_id, loadOf(best.session_id) + 1)
  }
  return chosen
}
