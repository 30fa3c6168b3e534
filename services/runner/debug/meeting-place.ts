import { mkdirSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { makeDirectory } from '../../../lib/make-directory.ts'
import { makePrivateDirectory, socketDirectory } from '../../../lib/socket-path.ts'
import { commandHasEnded } from '../../contract/command-state.ts'
import { type DebugSessionId, debugSessionId } from '../../contract/ids.ts'
import { getDebugSession } from '../../store/debug-sessions.ts'
import type { DataFiles } from '../../store/files.ts'
import type { RunnerContext } from '../context.ts'
import { namesIn } from '../names-in.ts'
import { meetingPoint } from '../sandbox/bubblewrap-options.ts'

/** One directory by its two names: the runner's, and that of a debuggee, which differ where the debuggee runs apart. */
export type Meeting = { readonly outside: string; readonly inside: string }

/** The longest name of what is made there, in bytes. */
const longestName = 20

const placesOf = ({ root }: Pick<DataFiles, 'root'>): string =>
  socketDirectory(join(root, 'debug'), debugSessionId.create().length + 1 + longestName, process.env)

/** Where a runner and a debuggee meet: for sockets and pipes, short enough a path for either. */
export class MeetingPlace implements AsyncDisposable {
  readonly #files: DataFiles
  readonly #id: DebugSessionId
  readonly #apart: boolean
  #made: Meeting | undefined

  constructor(files: DataFiles, id: DebugSessionId, { apart }: { apart: boolean }) {
    this.#files = files
    this.#id = id
    this.#apart = apart
  }

  /** Makes it when it is first asked for. Throws where it cannot be made. */
  readonly meeting = (): Meeting => {
    if (this.#made !== undefined) return this.#made
    const places = placesOf(this.#files)
    makeDirectory(places)
    makePrivateDirectory(places)
    const outside = join(places, this.#id)
    // One that was killed before it could launch the debuggee has left its own.
    rmSync(outside, { recursive: true, force: true })
    mkdirSync(outside, { mode: 0o700 })
    this.#made = { outside, inside: this.#apart ? meetingPoint : outside }
    return this.#made
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#made !== undefined) await rm(this.#made.outside, { recursive: true, force: true })
  }
}

/** Removes what runners that were killed have left of debug sessions that are over. */
export async function sweepMeetings({ store, files }: Pick<RunnerContext, 'store' | 'files'>): Promise<void> {
  const places = placesOf(files)
  for (const name of await namesIn(places)) {
    const id = debugSessionId.schema.safeParse(name)
    if (!id.success) continue
    const found = await getDebugSession(store, id.data)
    if (found === undefined || commandHasEnded(found.row.status))
      await rm(join(places, name), { recursive: true, force: true })
  }
}
