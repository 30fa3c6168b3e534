import type { ServerResponse } from 'node:http'

/** Aborts when the connection ends before the answer was sent. */
export const goneSignal = (response: ServerResponse): AbortSignal => goneController(response).signal

/** The same, for who may end the wait for other reasons as well. */
export function goneController(response: ServerResponse): AbortController {
  const controller = new AbortController()
  if (response.closed && !response.writableFinished) controller.abort()
  // Not on every end: an abort makes an error with a stack.
  response.once('close', () => {
    if (!response.writableFinished) controller.abort()
  })
  return controller
}
