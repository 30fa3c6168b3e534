import type { ExceptionTold } from '../../../contract/debug-inspected.ts'
import { cutText } from '../cut-text.ts'
import { exceptionInfoBodySchema } from '../dap-messages.ts'
import type { LiveDebugSession } from '../live-debug-session.ts'
import { Refusal } from '../refusal.ts'
import { able } from './able.ts'
import { chosenThread } from './threads.ts'

const longestStack = 20_000

export async function exception(
  live: LiveDebugSession,
  input: { thread?: number | undefined },
): Promise<ExceptionTold> {
  const { stop } = await live.stopped()
  able(live, 'supportsExceptionInfoRequest', 'details of exceptions')
  const thread = await chosenThread(live, input.thread, stop.thread)
  if (thread === stop.thread && stop.reason !== 'exception')
    throw new Refusal(
      'debugger_refused',
      `thread ${thread} stands at no exception: it stopped for ${stop.reason}`,
    )
  const info = await live.adapter.ask('exceptionInfo', { threadId: thread }, exceptionInfoBodySchema)
  const stack = info.details?.stackTrace ?? null
  return {
    id: info.exceptionId,
    description: info.description ?? null,
    break_mode: info.breakMode,
    message: info.details?.message ?? null,
    stack: stack === null ? null : cutText(stack, longestStack).value,
  }
}
