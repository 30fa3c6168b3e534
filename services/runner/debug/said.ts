import { type Clock, toInstant } from '../../../lib/clock.ts'
import type { Said } from '../../contract/debugger-message.ts'
import { cutText } from './cut-text.ts'
import { outputEventSchema } from './dap-messages.ts'
import type { WorktreePaths } from './worktree-paths.ts'

/** What an adapter has said, as it is kept; undefined where it is nothing for anybody to read. `covered`: without secrets, before it is cut. */
export function messageOf(
  body: unknown,
  paths: Pick<WorktreePaths, 'named'>,
  clock: Clock,
  covered: (text: string) => string,
): Said | undefined {
  const { success, data } = outputEventSchema.safeParse(body)
  if (!success || data.category === 'telemetry' || data.output === '') return undefined
  const { value: text, truncated } = cutText(covered(data.output.replace(/\r?\n$/, '')))
  const file = paths.named(data.source?.path)
  return {
    at: toInstant(clock.now()),
    category: data.category,
    text,
    truncated,
    file,
    line: data.line ?? null,
  }
}
