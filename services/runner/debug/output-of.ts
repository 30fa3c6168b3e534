import type { ChildProcess } from 'node:child_process'

const most = 65_536

/** What a process writes to its standard output until that ends; undefined where it is late, or writes too much. */
export function outputOf(child: ChildProcess, signal: AbortSignal): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  const giveUp = () => resolve(undefined)
  let text = ''
  child.once('error', giveUp)
  child.stdout
    ?.setEncoding('utf8')
    .on('data', (piece: string) => {
      text += piece
      if (text.length > most) giveUp()
    })
    .once('end', () => resolve(text))
  signal.addEventListener('abort', giveUp)
  if (signal.aborted) giveUp()
  return promise.finally(() => signal.removeEventListener('abort', giveUp))
}
