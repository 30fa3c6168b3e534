import { readFileSync } from 'node:fs'
import type { CommandStatus } from '../../services/contract/command-state.ts'
import type { SessionId } from '../../services/contract/ids.ts'
import type { Command } from '../../services/contract/resources.ts'
import { dataFiles } from '../../services/store/files.ts'
import type { ChaosServer } from './chaos-server.ts'
import type { Follower } from './follower.ts'
import { Listener } from './listener.ts'
import { type Accepted, type Asked, roll, untilAnswered } from './load.ts'
import { type Speech, wholeOf } from './speech.ts'

/** What was found: complaints are empty where every promise was kept. */
export type Verdict = {
  readonly complaints: string[]
  readonly statuses: Partial<Record<CommandStatus, number>>
  /** Bytes of logs that were compared, told afterwards and while they came. */
  readonly bytes: number
  readonly followed: number
}

const streams = ['stdout', 'stderr'] as const

/** Compares what the server tells, and what its commands have done, with what was asked of it. */
export async function verify(server: ChaosServer, asked: Asked): Promise<Verdict> {
  const complaints: string[] = []
  const statuses: Partial<Record<CommandStatus, number>> = {}
  const expect = (holds: boolean, complaint: string) => {
    if (!holds) complaints.push(complaint)
  }
  let bytes = 0
  const speeches = new Map<string, { speech: Speech; whole: boolean }>()
  const ended = new Map<number, Command>()
  for (const accepted of asked.accepted) {
    const row = await end(server, accepted)
    ended.set(accepted.speech.seed, row)
    statuses[row.status] = (statuses[row.status] ?? 0) + 1
    const whole = hasSpoken(row, accepted)
    speeches.set(row.id, { speech: accepted.speech, whole })
    expect(whole || isExcused(server, row, accepted), `${row.id} ended as ${tell(row)}`)
    for (const stream of streams) {
      const log = new Listener(
        server.api.stream('sessions.logs', { session: row.session, command: row.id, stream, follow: false }),
      )
      expect((await log.done) === 'complete', `${row.id} ${stream}: its log is not told to its end`)
      const heard = log.heard(row.id, stream)
      bytes += heard.length
      expect(
        isOf(heard, wholeOf(accepted.speech, stream), whole),
        `${row.id} ${stream}: other bytes than it wrote`,
      )
    }
  }
  complaints.push(...(await starts(server, asked, ended)))
  let followed = 0
  for (const follower of asked.followers) {
    const { complaints: found, heard } = await compare(follower, speeches)
    complaints.push(...found)
    followed += heard
  }
  return { complaints, statuses, bytes, followed }
}

async function end({ api }: ChaosServer, { id }: Accepted): Promise<Command> {
  const limit = performance.now() + 180_000
  for (;;) {
    const row = await untilAnswered(() => api.commands.get({ command: id, wait: 60 }))
    if (row.ended_at !== null) return row
    if (performance.now() > limit) throw new Error(`${id} is ${row.status} and does not end`)
  }
}

/** Whether it has said all that it had to say, and ended as it should. */
const hasSpoken = ({ status, exit_code, failure }: Command, { speech }: Accepted): boolean =>
  exit_code === speech.exitCode &&
  failure === null &&
  status === (speech.exitCode === 0 ? 'succeeded' : 'failed')

/** What else may have become of it: somebody has ended it, or there was no room to begin. */
function isExcused({ disk }: ChaosServer, { status, failure }: Command, { cancelled }: Accepted): boolean {
  if (status === 'cancelled') return cancelled && failure?.reason === 'cancelled_by_client'
  return disk.kind === 'own' && failure?.reason === 'spawn_failed' && failure.message.includes('ENOSPC')
}

const tell = ({ status, exit_code, failure }: Command): string =>
  `${status}, exit code ${exit_code}${failure === null ? '' : `, ${failure.reason}: ${failure.message}`}`

/** One that was cut short has said a part. */
const isOf = (heard: Buffer, due: Buffer, whole: boolean): boolean =>
  whole ? heard.equals(due) : heard.equals(due.subarray(0, heard.length))

/** By what the commands have put down themselves: each has begun once, and no other has. */
async function starts(
  server: ChaosServer,
  { accepted, unanswered, sessions }: Asked,
  ended: ReadonlyMap<number, Command>,
): Promise<string[]> {
  const begun = new Map<number, number>()
  for (const session of sessions)
    for (const seed of readRoll(server, session)) begun.set(seed, (begun.get(seed) ?? 0) + 1)
  const complaints: string[] = []
  for (const [seed, times] of begun) {
    const row = ended.get(seed)
    const known = row !== undefined || unanswered.some(speech => speech.seed === seed)
    if (!known) complaints.push(`command number ${seed} ran, and nobody has asked for it`)
    const most = row?.idempotent ? row.attempts : 1
    if (times > most) complaints.push(`command number ${seed} was started ${times} times`)
  }
  for (const command of accepted) {
    const row = ended.get(command.speech.seed)
    if (row !== undefined && hasSpoken(row, command) && !begun.has(command.speech.seed))
      complaints.push(`${command.id} ended as it should and has never begun`)
  }
  return complaints
}

function readRoll({ dataDirectory }: ChaosServer, session: SessionId): number[] {
  try {
    const text = readFileSync(`${dataFiles(dataDirectory).worktree(session)}/${roll}`, 'utf8')
    return text.trim().split('\n').map(Number)
  } catch {
    return [] // nothing ran in it
  }
}

/** What a follower heard live, over all broken connections, is what the commands have said. */
async function compare(
  { name, listener, due }: Follower,
  speeches: ReadonlyMap<string, { speech: Speech; whole: boolean }>,
): Promise<{ complaints: string[]; heard: number }> {
  const complaints: string[] = []
  let heard = 0
  try {
    const reason = await listener.done
    if (reason !== 'complete') complaints.push(`${name}: its log ended as ${reason}`)
  } catch (error) {
    complaints.push(`${name}: ${error}`)
  }
  for (const [command, { speech, whole }] of speeches)
    for (const stream of streams) {
      const bytes = listener.heard(command, stream)
      heard += bytes.length
      const isDue = due.some(one => one.command === command && one.streams.includes(stream))
      // Who follows a session hears of those as well that came later, from their beginning on.
      if (!isOf(bytes, wholeOf(speech, stream), whole && isDue))
        complaints.push(`${name}: other bytes of ${command} ${stream} than it wrote`)
    }
  return { complaints, heard }
}
