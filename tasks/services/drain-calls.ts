import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { leaveSocket, type Workspace } from '../../config/workspace.ts'
import type { StartedService } from './service.ts'

export type DrainCallsOptions = {
  readonly workspace: Pick<Workspace, 'runnerSocket'>
  /** How long it is waited, in milliseconds. */
  readonly drainMs: number
  readonly signal: AbortSignal
  /** How long one that leaves may say nothing, in milliseconds: it says something each second, but where it is stopped or hangs. */
  readonly silenceMs?: number
  log(line: string): void
}

/**
 * Has an API or a proxy leave that has a successor, and waits for the requests that it still has to answer: where they were cut,
 * nobody would know whether they were done. Says for how many it waits, and how many are not waited for any longer. Who does not
 * answer is not waited for.
 */
export async function drainCalls(
  { instance, service }: Pick<StartedService, 'instance' | 'service'>,
  { workspace, drainMs, signal, silenceMs = 10_000, log }: DrainCallsOptions,
): Promise<void> {
  if (drainMs === 0) return
  signal.throwIfAborted()
  const leaving = connect(leaveSocket(workspace, instance))
  leaving.write('leave\n')
  // One that is gone, or cannot be asked, has nothing to be waited for.
  leaving.on('error', () => {})
  const closed = new Promise(resolve => leaving.once('close', resolve))
  const cut = () => leaving.destroy()
  signal.addEventListener('abort', cut, { once: true })
  const late = setTimeout(cut, drainMs)
  let isSilent = false
  const hung = setTimeout(() => {
    isSilent = true
    cut()
  }, silenceMs)
  let left = 0
  const lines = createInterface({ input: leaving })
  lines.on('error', () => {})
  lines.on('line', line => {
    hung.refresh()
    const count = Number(line)
    if (count > 0 && left === 0)
      log(
        `waiting up to ${drainMs / 1_000} s for ${requestsText(count)} under way at the ${service} before; --drain 0 does not wait`,
      )
    left = count
  })
  await closed
  clearTimeout(late)
  clearTimeout(hung)
  signal.removeEventListener('abort', cut)
  signal.throwIfAborted()
  if (isSilent) log(`the ${service} before has not answered for ${silenceMs / 1_000} s; it is not waited for`)
  if (left > 0) log(`ends with the ${service}: ${requestsText(left)}`)
}

const requestsText = (count: number): string => `${count} ${count === 1 ? 'request' : 'requests'}`
