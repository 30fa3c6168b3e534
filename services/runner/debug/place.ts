import type { Enclosure } from '../sandbox/enclosure.ts'
import type { StartProcess } from '../spawning/started-process.ts'
import type { OwnProcess } from './attach/session-processes.ts'
import type { Meeting } from './meeting-place.ts'

/** `temporary`: its session's directory for temporary files, which has the same path inside and outside. */
export type AttachedProcess = OwnProcess & { readonly temporary: string }

/** Where a debuggee is to run. */
export type Place = {
  /** The top of the worktree and the directory that it starts in, symbolic links resolved. */
  readonly worktree: string
  readonly directory: string
  /** As any command of its session gets it. */
  readonly environment: Readonly<Record<string, string>>
  /** How far apart from the host all that runs there is. */
  readonly enclosure: Enclosure
  /**
   * A directory of the debug session's own, of mode 0700, made when it is first asked for and removed with it. Of all that
   * runs apart only the debuggee sees it, read-only: it can open sockets and pipes that are there, and make none. The path
   * of a socket whose name has at most 20 bytes is short enough. Throws where it cannot be made.
   */
  readonly meeting: () => Meeting
  /** Starts programs of the host that end by themselves; left out: as children of this process, which takes longer. */
  readonly start?: StartProcess | undefined
  /** What a debugger is to be attached to, in place of a program that is started. */
  readonly process?: AttachedProcess | undefined
}
