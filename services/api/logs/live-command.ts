import type { LogStream } from '../../contract/log-message.ts'
import { logStreams } from '../../contract/log-message.ts'
import { getCommand } from '../../store/commands.ts'
import type { DataFiles } from '../../store/files.ts'
import type { CommandRow } from '../../store/schema.ts'
import type { Store } from '../../store/store.ts'
import type { Changes } from '../changes.ts'
import { SharedLook } from '../live/shared-look.ts'
import { DirectoryWatch } from './directory-watch.ts'
import { LiveStream } from './live-stream.ts'
import { recordedLength } from './log-length.ts'
import { logOf } from './masked-log.ts'

/** The longest pause between two looks at log files, and between two looks at the store, in milliseconds. */
const filePoll = 400
export const storePoll = 800

/** What followers of a command are told of it at one time. */
export type CommandSight = {
  /** Undefined: it has been deleted. */
  readonly row: CommandRow | undefined
  /** How far each of its logs can be told. Read after the row: when that says that it has ended, they are complete. */
  readonly ends: Readonly<Record<LogStream, number>>
}

export type LiveDependencies = {
  readonly store: Store
  readonly files: DataFiles
  readonly changes: Changes
}

/** A command with a follower or more: one watch of its directory, one look at its row, one reader of its logs. */
export class LiveCommand implements AsyncDisposable {
  readonly sight: SharedLook<CommandSight>
  readonly streams: Readonly<Record<LogStream, LiveStream>>
  readonly #deps: LiveDependencies
  readonly #command: CommandRow
  readonly #watch: DirectoryWatch
  readonly #hints: Disposable
  #rowIsDue = true
  #looked = 0

  constructor(deps: LiveDependencies, command: CommandRow) {
    const { id, session_id } = command
    this.#deps = deps
    this.#command = command
    const stream = (name: LogStream) => new LiveStream(id, name, logOf(deps, command, name))
    this.streams = { stdout: stream('stdout'), stderr: stream('stderr') }
    this.sight = new SharedLook({ look: before => this.#look(before), every: filePoll })
    this.#watch = new DirectoryWatch(deps.files.command(session_id, id), this.sight.beat)
    this.#hints = deps.changes.watch(change => {
      if (change.session !== undefined && change.session !== session_id) return
      this.#rowIsDue = true
      this.sight.beat()
    })
  }

  /** What a look at everything shows that begins after this call. */
  fresh(): Promise<CommandSight> {
    this.#rowIsDue = true
    return this.sight.fresh()
  }

  async #look(before: CommandSight | undefined): Promise<CommandSight> {
    this.#watch.retry()
    const row = await this.#row(before)
    const [stdout, stderr] = await Promise.all(logStreams.map(stream => this.#end(row, stream)))
    const ends = { stdout: stdout ?? 0, stderr: stderr ?? 0 }
    // What is held back has to be asked for again, for it may have been held long enough.
    const isSame =
      before !== undefined &&
      before.row?.status === row?.status &&
      logStreams.every(stream => before.ends[stream] === ends[stream] && !this.streams[stream].holds)
    return isSame ? before : { row, ends }
  }

  async #row(before: CommandSight | undefined): Promise<CommandRow | undefined> {
    const isDue = this.#rowIsDue || performance.now() - this.#looked >= storePoll
    if (!isDue && before !== undefined) return before.row
    this.#rowIsDue = false
    this.#looked = performance.now()
    return getCommand(this.#deps.store, this.#command.id)
  }

  #end(row: CommandRow | undefined, stream: LogStream): Promise<number> {
    return this.streams[stream].end(row === undefined ? undefined : recordedLength(row, stream))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#watch[Symbol.dispose]()
    this.#hints[Symbol.dispose]()
    await this.sight.settled()
    for (const stream of logStreams) await this.streams[stream].file[Symbol.asyncDispose]()
  }
}
