import type { WebSocket } from 'ws'

/** What became of a write: the reader took it (or will), takes nothing for too long, or is not there any more. */
export type Taken = 'taken' | 'slow' | 'gone'

/** So much may lie between us and the system's buffers before we wait for the reader, in bytes. */
export const highWater = 262_144

/**
 * Sends, and where much is on its way already waits until this has left, for `patience` milliseconds at the most. Bytes
 * go as a binary frame, unless they are `text` in UTF-8. `sent` is called when the system has them all.
 */
export function sendFrame(
  socket: WebSocket,
  data: string | Buffer,
  patience: number,
  { text = typeof data === 'string', sent }: { text?: boolean; sent?: (() => void) | undefined } = {},
): Promise<Taken> {
  if (socket.readyState !== socket.OPEN) return Promise.resolve('gone')
  return new Promise(resolve => {
    let timer: NodeJS.Timeout | undefined
    const settle = (taken: Taken) => {
      clearTimeout(timer)
      resolve(taken)
    }
    socket.send(data, { binary: !text }, error => {
      if (!error) sent?.()
      settle(error ? 'gone' : 'taken')
    })
    if (socket.bufferedAmount < highWater) settle('taken')
    else timer = setTimeout(() => settle('slow'), patience)
  })
}
