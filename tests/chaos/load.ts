import { setTimeout as delay } from 'node:timers/promises'
import { ConnectionError } from '../../client/sdk/connection-error.ts'
import { ProblemError } from '../../client/sdk/problem-error.ts'
import type { CommandId, SessionId } from '../../services/contract/ids.ts'
import type { ProblemCode } from '../../services/contract/problems.ts'
import type { ChaosServer } from './chaos-server.ts'
import { type Follower, startFollower } from './follower.ts'
import type { ChaosOptions } from './options.ts'
import { between, pick } from './random.ts'
import { drawSpeech, type Speech } from './speech.ts'

/** A command that the server has accepted: its id was told. */
export type Accepted = {
  readonly id: CommandId
  readonly session: SessionId
  readonly speech: Speech
  /** Whether somebody has asked for its end. */
  cancelled: boolean
}

/** What the server was asked to do. */
export type Asked = {
  readonly accepted: Accepted[]
  /** Sent, and never answered: the server may run these once, or not at all. */
  readonly unanswered: Speech[]
  /** How often a command was refused, by the code of the problem. None of these may run. */
  readonly refused: Partial<Record<ProblemCode, number>>
  readonly sessions: SessionId[]
  readonly followers: Follower[]
}

/** How long it is asked again for one thing, in milliseconds: longer than any fault lasts, however busy the machine is. */
const patience = 300_000

/**
 * Has sessions begin, commands run and followers follow, spread over the time in which faults are done. Everything that
 * is drawn is drawn in one order, whatever the server answers.
 */
export async function load(
  server: ChaosServer,
  { seconds, sessions, commands, followers }: ChaosOptions,
  next: () => number,
): Promise<Asked> {
  const asked: Asked = { accepted: [], unanswered: [], refused: {}, sessions: [], followers: [] }
  const began = performance.now()
  // Two thirds of the time that eight slots have.
  const milliseconds = Math.min(60_000, (seconds * 1_000 * 8 * 0.66) / commands)
  let numbers = 0
  const run = async (session: SessionId, speech: Speech) => {
    const command = [process.execPath, 'speaker.ts', JSON.stringify(speech), '0', roll]
    // Longer than it takes, however the clock is set meanwhile.
    const timeout = 3_000
    return server.api.commands.run({ session, command, timeout, idempotent: speech.seed % 4 === 0 })
  }
  for (let index = 0; index < commands; index++) {
    await delay(Math.max(0, began + ((index + 1) * seconds * 1_000) / commands - performance.now()))
    if (asked.sessions.length <= (index * sessions) / commands) asked.sessions.push(await begin(server))
    const session = pick(next, asked.sessions)
    const drawn = drawSpeech(next, 0, between(next, milliseconds * 0.2, milliseconds * 1.8))
    const isCancelled = between(next, 0, 9) === 0
    const { id, speech } = await untilAnswered(async () => {
      numbers++
      const speech = { ...drawn, seed: numbers }
      try {
        return { id: (await run(session, speech)).id, speech }
      } catch (error) {
        if (error instanceof ProblemError) asked.refused[error.code] = (asked.refused[error.code] ?? 0) + 1
        else if (!(error instanceof ConnectionError && error.kind === 'unreachable'))
          asked.unanswered.push(speech)
        throw error
      }
    })
    const command = { id, session, speech, cancelled: false }
    asked.accepted.push(command)
    if (asked.followers.length < (index + 1) * (followers / commands))
      asked.followers.push(await untilAnswered(() => startFollower(server, asked, command)))
    const another = pick(next, asked.accepted)
    if (isCancelled) {
      another.cancelled = true
      await untilAnswered(() => server.api.commands.cancel({ command: another.id }))
    }
  }
  return asked
}

/** Where speakers put down that they have begun, in the worktree: that can be written wherever commands are kept apart. */
export const roll = 'roll'

/** A session that runs. One that was never answered is deleted with all others in the end. */
async function begin({ api, beginnings }: ChaosServer): Promise<SessionId> {
  using _ = await beginnings.take()
  const { id } = await untilAnswered(() => api.sessions.create({ repository: 'speaker' }))
  for (;;) {
    const { status, failure } = await untilAnswered(() => api.sessions.get({ session: id, wait: 30 }))
    if (status === 'running') return id
    if (status !== 'pending' && status !== 'starting')
      throw new Error(`session ${id} is ${status}: ${failure?.message}`)
  }
}

/** Asks until there is an answer; a refusal of what should be done is none. */
export async function untilAnswered<T>(ask: () => Promise<T>): Promise<T> {
  const end = performance.now() + patience
  for (;;)
    try {
      return await ask()
    } catch (error) {
      const passes =
        error instanceof ConnectionError || (error instanceof ProblemError && error.status >= 500)
      if (!passes || performance.now() > end) throw error
      await delay(100)
    }
}
