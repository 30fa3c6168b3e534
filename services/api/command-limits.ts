import { type CommandLimits, defaultLimits, type LimitSettings } from '../contract/command-limits.ts'
import { done, type Outcome, refuseFields } from './outcome.ts'

type Limit = 'memory_limit' | 'process_limit' | 'file_size_limit' | 'output_limit'
type Asked = { readonly [Name in Limit]?: number | undefined }

/** What a command may use: what was asked for, within what this server allows. */
export function commandLimits(asked: Asked, settings: LimitSettings): Outcome<CommandLimits> {
  const { output_limit } = asked
  const most = settings.output_limit_most
  if (output_limit !== undefined && output_limit > most)
    return refuseFields([
      { path: 'output_limit', message: `expected 1 to ${most} bytes, the most that this server allows` },
    ])
  const initial = defaultLimits(settings)
  return done({
    memory: asked.memory_limit ?? initial.memory,
    processes: asked.process_limit ?? initial.processes,
    file_size: asked.file_size_limit ?? initial.file_size,
    output: output_limit ?? initial.output,
  })
}
