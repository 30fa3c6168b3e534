import { setTimeout as delay } from 'node:timers/promises'
import { monotonicMs } from '../../lib/monotonic.ts'

type Tool = { readonly name: string }

type Waiting = {
  readonly signal: AbortSignal
  /** How long tools may take to come that are not there at first; what starts a server gives up after as long by itself. */
  readonly limitMs?: number
  readonly pauseMs?: number
}

/**
 * What a gateway offers. A list waits for each server some seconds, and those that take longer come later: asks again, as a client does that is
 * told of a change, until these tools are there.
 */
export async function offeredTools(
  list: () => Promise<readonly Tool[]>,
  wanted: readonly string[],
  { signal, limitMs = 20_000, pauseMs = 500 }: Waiting,
): Promise<readonly Tool[]> {
  const limit = monotonicMs() + limitMs
  for (;;) {
    const tools = await list()
    if (wanted.every(name => tools.some(tool => tool.name === name)) || monotonicMs() > limit) return tools
    await delay(pauseMs, undefined, { signal })
  }
}
