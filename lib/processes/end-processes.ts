import { monotonicMs } from '../monotonic.ts'
import { isAlive, type ProcessIdentity, signalProcess } from './identity.ts'

/** How an ending went. */
export interface Ended {
  /** Went away when asked, within the grace. */
  readonly ended: number
  /** Had to be killed. */
  readonly killed: number
  /** Pids that are still there: of another user, or held in the kernel. Nearly always empty. */
  readonly remaining: readonly number[]
}

export interface EndOptions {
  /** How long they may take after being asked, before SIGKILL. 0 kills at once. */
  readonly graceMs?: number
  /** The signal that asks. */
  readonly signal?: NodeJS.Signals
}

export const defaultGraceMs = 5000
const killLimitMs = 5000

/** Until when processes may take their time; may be moved nearer while an ending runs. */
export interface Deadline {
  /** By the clock of `monotonicMs`. */
  at: number
}

export function deadlineIn(ms: number): Deadline {
  return { at: monotonicMs() + ms }
}

/** Ends exactly these processes (not their children): asks, waits for the grace, kills. */
export function endProcesses(
  identities: readonly ProcessIdentity[],
  { graceMs = defaultGraceMs, signal = 'SIGTERM' }: EndOptions = {},
): Promise<Ended> {
  return endUntilNone(() => identities.filter(isAlive), deadlineIn(graceMs), signal)
}

/**
 * Asks, waits and kills until `find` finds nobody any more, for members may start others while they end. Whoever
 * appears within the grace is asked too, whoever appears later is killed. Bounded: what SIGKILL does not remove within
 * five seconds is reported as remaining.
 */
export async function endUntilNone(
  find: () => readonly ProcessIdentity[],
  deadline: Deadline,
  signal: NodeJS.Signals = 'SIGTERM',
): Promise<Ended> {
  const asked = new Set<string>()
  const killed = new Set<string>()
  let alive = find()
  while (alive.length > 0 && monotonicMs() < deadline.at) {
    for (const identity of alive) {
      const key = keyOf(identity)
      if (asked.has(key)) continue
      asked.add(key)
      signalProcess(identity, signal)
    }
    await untilGone(alive, deadline)
    alive = find()
  }
  const limit = monotonicMs() + killLimitMs
  while (alive.length > 0 && monotonicMs() < limit) {
    for (const identity of alive) if (signalProcess(identity, 'SIGKILL')) killed.add(keyOf(identity))
    await untilGone(alive, { at: Math.min(limit, monotonicMs() + 250) })
    alive = find()
  }
  for (const key of killed) asked.delete(key)
  const remaining = alive.map(identity => identity.pid)
  for (const identity of alive) {
    asked.delete(keyOf(identity))
    killed.delete(keyOf(identity))
  }
  return { ended: asked.size, killed: killed.size, remaining }
}

/** Whom a look found. Uncertain: somebody could not be told, and may turn out to be one of them in a moment. */
export interface Found {
  readonly members: readonly ProcessIdentity[]
  readonly certain: boolean
}

/** How long it is waited for a process that is becoming another program, or for a table that stands still. */
const certaintyLimitMs = 1_000
const certaintyPauseMs = 5

/**
 * The same, for looks that may be uncertain: one that finds nobody ends it only where it is certain, or after a second of
 * looks that are not. On a busy machine a process may be held for many milliseconds where nothing can be told of it.
 */
export async function endUntilCertain(find: () => Found, deadline: Deadline): Promise<Ended> {
  const limit = monotonicMs() + certaintyLimitMs
  let certain = true
  const members = () => {
    const found = find()
    certain = found.certain
    return found.members
  }
  let [ended, killed] = [0, 0]
  for (;;) {
    const result = await endUntilNone(members, deadline)
    ended += result.ended
    killed += result.killed
    if (certain || monotonicMs() > limit) return { ended, killed, remaining: result.remaining }
    await new Promise(resolve => setTimeout(resolve, certaintyPauseMs))
  }
}

/** Looks again and again, soon at first: most processes end within a few milliseconds of being asked. */
async function untilGone(identities: readonly ProcessIdentity[], deadline: Deadline): Promise<void> {
  let left = identities.filter(isAlive)
  for (let pause = 1; left.length > 0; pause = Math.min(pause * 2, 20)) {
    const rest = deadline.at - monotonicMs()
    if (rest <= 0) return
    const ms = Math.min(pause, rest)
    await new Promise(resolve => setTimeout(resolve, ms))
    left = left.filter(isAlive)
  }
}

function keyOf({ pid, startTime }: ProcessIdentity): string {
  return `${pid} ${startTime}`
}
