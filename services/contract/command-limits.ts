import { z } from 'zod'

/** What a command may use; null: as much as it likes. */
export const commandLimitsSchema = z.object({
  /** Bytes of memory of all its processes together. */
  memory: z.int().nullable().default(null),
  /** How many processes it may have at a time. */
  processes: z.int().nullable().default(null),
  /** Bytes of any one file that it writes. */
  file_size: z.int().nullable().default(null),
  /** Bytes of its two streams together. */
  output: z.int().nullable().default(null),
})
export type CommandLimits = z.infer<typeof commandLimitsSchema>

export const noLimits: CommandLimits = { memory: null, processes: null, file_size: null, output: null }

/** What a server says of limits: those of what asks for none (0: none), and the most output that there may be. */
export type LimitSettings = Readonly<
  Record<'memory_limit' | 'process_limit' | 'file_size_limit' | 'output_limit' | 'output_limit_most', number>
>

/** Those of a command that asks for none. */
export function defaultLimits(settings: LimitSettings): CommandLimits {
  const limit = (most: number) => (most === 0 ? null : most)
  return {
    memory: limit(settings.memory_limit),
    processes: limit(settings.process_limit),
    file_size: limit(settings.file_size_limit),
    output: Math.min(settings.output_limit, settings.output_limit_most),
  }
}

/**
 * How limits on memory and processes are kept: `cgroup`, by the kernel, which gives no more memory than that and bounds what
 * is forked between two looks; `sampled`, by looking once a second alone. Either way what is over is ended.
 */
export const limitEnforcements = ['cgroup', 'sampled'] as const
export type LimitEnforcement = (typeof limitEnforcements)[number]

/** What a command has used. Null: nobody could tell. */
export const commandUsageSchema = z.object({
  wall_seconds: z.number(),
  /** Processor time of all its processes; without a control group, of those that somebody has waited for. */
  user_seconds: z.number().nullable(),
  system_seconds: z.number().nullable(),
  /** The most memory at once: in a control group as the kernel counts it, files that it keeps in memory included. */
  peak_memory: z.int().nullable(),
})
export type CommandUsage = z.infer<typeof commandUsageSchema>
