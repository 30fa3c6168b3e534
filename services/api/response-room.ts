import type { ServerResponse } from 'node:http'
import type { Taken } from './websocket/send-frame.ts'

/** Waits until a response that has been written to takes more: `slow` where its reader takes nothing for `patience` ms. */
export function untilRoom(response: ServerResponse, patience: number): Promise<Taken> {
  return new Promise(resolve => {
    const settle = (taken: Taken) => {
      clearTimeout(timer)
      response.off('drain', onDrain).off('close', onClose)
      resolve(taken)
    }
    const onDrain = () => settle('taken')
    const onClose = () => settle('gone')
    const timer = setTimeout(() => settle('slow'), patience)
    response.once('drain', onDrain).once('close', onClose)
  })
}

/** Cuts a response that has been ended if what is left of it is not taken within so many milliseconds. */
export function cutAfter(response: ServerResponse, milliseconds: number): void {
  if (response.closed) return
  const timer = setTimeout(() => response.destroy(), milliseconds)
  response.once('close', () => clearTimeout(timer))
}
