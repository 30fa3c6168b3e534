import { connect } from 'node:net'
import { createInterface } from 'node:readline'

export type WaitForCountOptions = {
  /** The unix socket of who tells it: see lib/listener/tell-count.ts. */
  readonly path: string
  /** What is said to it first. */
  readonly ask?: string
  /** How long it is waited, in milliseconds. */
  readonly deadlineMs: number
  /** How long it may say nothing, in milliseconds: it says something each second, but where it is stopped or hangs. */
  readonly silenceMs: number
  readonly signal: AbortSignal
  /** There are so many, and it is waited for them. Once. */
  waiting(count: number): void
}

/** How many there still were, and whether nothing was heard any more. */
export type Counted = { readonly left: number; readonly isSilent: boolean }

/** Waits until a service says that there is none any more, or ends. One that is gone, or cannot be asked, has nothing to be waited for. */
export async function waitForCount(options: WaitForCountOptions): Promise<Counted> {
  const { path, ask = '', deadlineMs, silenceMs, signal, waiting } = options
  signal.throwIfAborted()
  const telling = connect(path)
  telling.write(ask)
  telling.on('error', () => {}) // 'close' follows
  const closed = new Promise(resolve => telling.once('close', resolve))
  const cut = () => telling.destroy()
  signal.addEventListener('abort', cut, { once: true })
  const late = setTimeout(cut, deadlineMs)
  let isSilent = false
  const hung = setTimeout(() => {
    isSilent = true
    cut()
  }, silenceMs)
  let left = 0
  const lines = createInterface({ input: telling })
  lines.on('error', () => {})
  lines.on('line', line => {
    hung.refresh()
    const count = Number(line)
    if (count > 0 && left === 0) waiting(count)
    left = count
  })
  await closed
  clearTimeout(late)
  clearTimeout(hung)
  signal.removeEventListener('abort', cut)
  signal.throwIfAborted()
  return { left, isSilent }
}
