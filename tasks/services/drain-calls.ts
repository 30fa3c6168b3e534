import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { leaveSocket, type Workspace } from '../../config/workspace.ts'
import type { StartedService } from './service.ts'

export type DrainCallsOptions = {
  readonly workspace: Pick<Workspace, 'runnerSocket'>
  /** How long it is waited, in milliseconds. */
  readonly drainMs: number
  readonly signal: AbortSignal
  log(line: string): void
}

/**
 * Has a proxy leave that has a successor, and waits for the calls of MCP tools that it still has to answer: where they were cut,
 * nobody would know whether they were done. Says for how many it waits, and how many are not waited for any longer.
 */
export async function drainCalls(
  { instance }: Pick<StartedService, 'instance'>,
  { workspace, drainMs, signal, log }: DrainCallsOptions,
): Promise<void> {
  if (drainMs === 0) return
  signal.throwIfAborted()
  const proxy = connect(leaveSocket(workspace, instance))
  // One that is gone, or cannot be asked, has nothing to be waited for.
  proxy.on('error', () => {})
  const closed = new Promise(resolve => proxy.once('close', resolve))
  const cut = () => proxy.destroy()
  signal.addEventListener('abort', cut, { once: true })
  const late = setTimeout(cut, drainMs)
  let left = 0
  const lines = createInterface({ input: proxy })
  lines.on('error', () => {})
  lines.on('line', line => {
    const count = Number(line)
    if (count > 0 && left === 0)
      log(`waiting up to ${drainMs / 1_000} s for ${callsText(count)}; --drain 0 does not wait`)
    left = count
  })
  await closed
  clearTimeout(late)
  signal.removeEventListener('abort', cut)
  signal.throwIfAborted()
  if (left > 0) log(`ends with the proxy: ${callsText(left)}`)
}

const callsText = (count: number): string => `${count} ${count === 1 ? 'call' : 'calls'} of MCP tools`
