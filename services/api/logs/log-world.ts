import type { Context } from '../context.ts'
import type { FollowDependencies, FollowWorld } from '../live/follow-world.ts'

export type LogDependencies = FollowDependencies &
  Pick<Context, 'files'> & {
    /** The most that is read at a time, in bytes. */
    readonly chunkSize: number
  }

/** What one reader of a log waits on, and reads. */
export type LogWorld = FollowWorld<LogDependencies>
