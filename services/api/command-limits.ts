import type { ServerSettings } from '../../config/schema.ts'
import type { CommandLimits } from '../contract/command-limits.ts'
import { done, type Outcome, refuseFields } from './outcome.ts'

type Limit = 'memory_limit' | 'process_limit' | 'file_size_limit' | 'output_limit'
type Asked = { readonly [Name in Limit]?: number | undefined }

/** What this server says of limits: those of who asks for none (0: none), and the most output there may be. */
export type LimitSettings = Pick<ServerSettings['runner'], Limit | 'output_limit_most'>

/** What a command may use: what was asked for, within what this server allows. */
export function commandLimits(asked: Asked, settings: LimitSettings): Outcome<CommandLimits> {
  const { output_limit } = asked
  const most = settings.output_limit_most
  if (output_limit !== undefined && output_limit > most)
    return refuseFields([
      { path: 'output_limit', message: `expected 1 to ${most} bytes, the most that this server allows` },
    ])
  const limit = (name: Limit) => asked[name] ?? (settings[name] === 0 ? null : settings[name])
  return done({
    memory: limit('memory_limit'),
    processes: limit('process_limit'),
    file_size: limit('file_size_limit'),
    output: output_limit ?? Math.min(settings.output_limit, most),
  })
}

/** Those of a command that cannot ask for any. */
export function defaultLimits(settings: LimitSettings): CommandLimits {
  const limits = commandLimits({}, settings)
  if (!limits.ok) throw new RangeError(limits.detail)
  return limits.value
}
