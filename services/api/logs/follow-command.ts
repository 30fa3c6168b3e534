import { commandHasEnded } from '../../contract/command-state.ts'
import type { LogStream } from '../../contract/log-message.ts'
import { getCommand } from '../../store/commands.ts'
import type { CommandRow } from '../../store/schema.ts'
import { DirectoryWatch } from './directory-watch.ts'
import type { FollowWorld, Interruption } from './follow-world.ts'
import type { LogEvent } from './log-event.ts'
import { recordedLength } from './log-length.ts'
import type { Offsets } from './log-place.ts'
import { Tail } from './tail.ts'

export type CommandSource = {
  readonly command: CommandRow
  readonly streams: readonly LogStream[]
  readonly offsets: Offsets
  /** One past the last byte wanted of its one stream. */
  readonly end?: number
  readonly follow: boolean
}

/**
 * The log of one command: what is there, and with `follow` what comes until it has ended. The row is read before the
 * files: when it says that the command has ended, the files are complete and are read to the lengths that it records.
 *
 * Returns why it stopped early; undefined when there is no more to tell.
 */
export async function* followCommand(
  source: CommandSource,
  world: FollowWorld,
): AsyncGenerator<LogEvent, Interruption | 'session_deleted' | undefined> {
  const { files, store, chunkSize } = world.deps
  let row = source.command
  await using resources = new AsyncDisposableStack()
  const tails = source.streams.map(stream => {
    const path = files.log(row.session_id, row.id, stream)
    return resources.use(new Tail(row.id, stream, path, source.offsets[stream], chunkSize))
  })
  const watch = source.follow
    ? resources.use(new DirectoryWatch(files.command(row.session_id, row.id), world.fileChanged))
    : undefined
  if (!commandHasEnded(row.status)) yield { type: 'command', row }

  for (;;) {
    const hasEnded = commandHasEnded(row.status)
    for (const tail of tails)
      yield* tail.drain(
        source.end ?? recordedLength(row, tail.stream),
        hasEnded || !source.follow,
        world.interrupted,
      )
    if (world.interrupted()) return world.interruption()
    if (hasEnded) yield { type: 'command', row }
    if (hasEnded || !source.follow) return undefined

    const woken = await world.wait()
    if ('interruption' in woken) return woken.interruption
    watch?.retry()
    if (!woken.rowsDue) continue
    const current = await getCommand(store, row.id)
    if (current === undefined) return 'session_deleted'
    if (current.status !== row.status && !commandHasEnded(current.status))
      yield { type: 'command', row: current }
    row = current
  }
}
