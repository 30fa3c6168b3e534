import { commandHasEnded } from '../../contract/command-state.ts'
import type { LogStream } from '../../contract/log-message.ts'
import { getCommand } from '../../store/commands.ts'
import type { CommandRow } from '../../store/schema.ts'
import type { Interruption } from '../live/follow-world.ts'
import type { LogEvent } from './log-event.ts'
import { recordedLength } from './log-length.ts'
import type { Offsets } from './log-place.ts'
import { type LogSource, offsetsOf } from './log-source.ts'
import type { LogWorld } from './log-world.ts'
import { type LogBytes, logOf } from './masked-log.ts'
import { Tail } from './tail.ts'

type CommandSource = {
  readonly command: CommandRow
  readonly streams: readonly LogStream[]
  readonly offsets: Offsets
  /** One past the last byte wanted of its one stream. */
  readonly end?: number
  readonly follow: boolean
}

type Told = AsyncGenerator<LogEvent, Interruption | 'session_deleted' | undefined>

/**
 * The log of one command: what is there, and with `follow` what comes until it has ended. The row is read before the
 * files: when it says that the command has ended, the files are complete and are read to the lengths that it records.
 *
 * Returns why it stopped early; undefined when there is no more to tell.
 */
const followCommand = (source: CommandSource, world: LogWorld): Told =>
  source.follow && !commandHasEnded(source.command.status)
    ? followLive(source, world)
    : readWhatIsThere(source, world)

/** One command of what was asked for, from where its offsets begin; nothing where all of it has been told. */
export async function* tellCommand(source: LogSource, command: CommandRow, world: LogWorld): Told {
  const offsets = offsetsOf(source, command)
  return offsets === undefined ? undefined : yield* followCommand({ ...source, command, offsets }, world)
}

async function* readWhatIsThere({ command, streams, offsets, end }: CommandSource, world: LogWorld): Told {
  const hasEnded = commandHasEnded(command.status)
  if (!hasEnded) yield { type: 'command', row: command }
  let isWhole = true
  for (const stream of streams) {
    await using file = logOf(world.deps, command, stream)
    const tail = tailOf(command, stream, file, offsets, world)
    const length = Math.min(await file.end(recordedLength(command, stream)), end ?? Number.POSITIVE_INFINITY)
    yield* tail.drain(length, true, world.interrupted)
    isWhole &&=
      tail.position >= Math.min(recordedLength(command, stream) ?? 0, end ?? Number.POSITIVE_INFINITY)
  }
  if (world.interrupted()) return world.interruption()
  if (!hasEnded) return undefined
  // What is not there may have been removed since its row was read.
  const row = isWhole ? command : await getCommand(world.deps.store, command.id)
  if (row === undefined) return 'session_deleted'
  yield { type: 'command', row }
  return undefined
}

/** Together with all who follow the same command: see LiveCommand. */
async function* followLive({ command, streams, offsets }: CommandSource, world: LogWorld): Told {
  await using shared = world.deps.live.command(command)
  const live = shared.value
  using _ = live.sight.join(world.news)
  const tails = streams.map(stream => tailOf(command, stream, live.streams[stream].file, offsets, world))
  let told: CommandRow['status'] | undefined
  for (let sight = await live.fresh(); ; sight = live.sight.latest()) {
    const { row, ends } = sight
    if (row === undefined) return 'session_deleted'
    const hasEnded = commandHasEnded(row.status)
    if (!hasEnded && row.status !== told) yield { type: 'command', row }
    told = row.status
    for (const tail of tails)
      yield* tail.drain(ends[tail.stream], hasEnded, world.interrupted, live.streams[tail.stream])
    if (world.interrupted()) return world.interruption()
    if (hasEnded) {
      yield { type: 'command', row }
      return undefined
    }
    const interruption = await world.wait()
    if (interruption !== undefined) return interruption
  }
}

const tailOf = (
  { id }: CommandRow,
  stream: LogStream,
  file: LogBytes,
  offsets: Offsets,
  { deps }: LogWorld,
): Tail => new Tail({ command: id, stream, file, position: offsets[stream], chunkSize: deps.chunkSize })
