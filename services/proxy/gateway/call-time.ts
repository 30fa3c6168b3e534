import type { ServerSettings } from '../../../config/mcp/schema.ts'

/** How long a call may take without a word, and in all where it tells of its progress; in milliseconds. */
export const callTime = ({ call_seconds: seconds }: ServerSettings): { silent: number; longest: number } => ({
  silent: seconds * 1_000,
  longest: seconds * 10_000,
})
