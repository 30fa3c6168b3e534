export type LimitReason = 'memory_limit' | 'process_limit' | 'file_size_limit' | 'output_limit'

/** What is told of a command that has passed a limit; `most`: bytes, or processes, or with `threads` those as well. */
export const limitFailure = (reason: LimitReason, most: number, threads = false) => ({
  reason,
  message: threads ? `it had more than ${most} processes and threads at a time` : limitMessages[reason](most),
})

const limitMessages: Record<LimitReason, (most: number) => string> = {
  memory_limit: most => `it took more memory than ${most} bytes`,
  process_limit: most => `it had more than ${most} ${most === 1 ? 'process' : 'processes'} at a time`,
  file_size_limit: most => `it wrote a file of more than ${most} bytes`,
  output_limit: most => `it wrote more output than ${most} bytes`,
}
