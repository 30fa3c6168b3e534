import type { CommandLimits } from '../../../contract/command-limits.ts'

/** What the kernel tells of a control group. */
export type GroupReading = {
  /** Bytes of the most memory that it had. Not told by version 2 before Linux 5.19. */
  readonly memory: number | undefined
  /** Somebody in it was killed, for it had all the memory that it may have. */
  readonly memoryRefused: boolean
  /** A process or thread was refused, for it had as many as it may have. */
  readonly taskRefused: boolean
  /** Seconds of processors, of all that ever was in it. */
  readonly cpu: { readonly user: number; readonly system: number } | undefined
}

/** A file of a group, by the directory that it lies in. */
export type GroupFile = readonly [where: 'memory' | 'pids' | 'cpu', name: string]

/** What is written into a file. Those that not every kernel has are optional. */
export type GroupSetting = readonly [file: GroupFile, value: number, need?: 'optional']

/** How one version of control groups is spoken to. What it reads is read for it; undefined where it is not there. */
export type GroupDialect = {
  /** Where a process with one thread writes `0` to join. */
  readonly joining: string
  readonly settings: (limits: Pick<CommandLimits, 'memory' | 'processes'>) => GroupSetting[]
  readonly reading: (read: (file: GroupFile) => string | undefined) => GroupReading
}

/**
 * How many processes and threads a group may have whose command may have so many processes: the kernel counts threads, of
 * which a runtime has dozens, and what stands around the program. It is a wall against what forks faster than it is
 * counted; the limit itself is counted.
 */
export const mostTasks = (processes: number): number => processes * 32 + 128
