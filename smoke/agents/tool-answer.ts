import type { ToolCallItem } from './codex-events.ts'
import type { ToolOutput } from './script.ts'

/** What an MCP tool said to the model: Codex puts a head before it that tells how long it took. */
export const answerIn = ({ text }: ToolOutput): string => text.replace(/^Wall time: .*\nOutput:\n/, '')

/** What an MCP tool said, as the record of the run has it. */
export const answerOf = ({ result }: ToolCallItem): string =>
  (result?.content ?? []).map(({ text }) => text ?? '').join('\n')
