export type LimitReason = 'memory_limit' | 'process_limit' | 'file_size_limit' | 'output_limit'

/** What is told of a command that has passed a limit; `most`: bytes, or processes. */
export const limitFailure = (reason: LimitReason, most: number) => ({
  reason,
  message: limitMessages[reason](most),
})

const limitMessages: Record<LimitReason, (most: number) => string> = {
  memory_limit: most => `it took more memory than ${most} bytes`,
  process_limit: most => `it had more than ${most} ${most === 1 ? 'process' : 'processes'} at a time`,
  file_size_limit: most => `it wrote a file of more than ${most} bytes`,
  output_limit: most => `it wrote more output than ${most} bytes`,
}
