import type { ServerResponse } from 'node:http'

/** Aborts when the connection ends before the answer was sent. */
export const goneSignal = (response: ServerResponse): AbortSignal => goneController(response).signal

/**
 * As `goneSignal`, made for who asks for it first: most requests wait for nothing. A getter of an object of its own would be a
 * hidden class of its own, which holds its request until the whole heap is collected.
 */
export class Gone {
  readonly #response: ServerResponse
  #controller: AbortController | undefined
  #isOver = false

  constructor(response: ServerResponse) {
    this.#response = response
  }

  get signal(): AbortSignal {
    this.#controller ??= goneController(this.#response)
    if (this.#isOver) this.#controller.abort()
    return this.#controller.signal
  }

  /** Nobody is to wait for the client any more. */
  end(): void {
    this.#isOver = true
    this.#controller?.abort()
  }
}

function goneController(response: ServerResponse): AbortController {
  const controller = new AbortController()
  if (response.closed && !response.writableFinished) controller.abort()
  // Not on every end: an abort makes an error with a stack.
  response.once('close', () => {
    if (!response.writableFinished) controller.abort()
  })
  return controller
}
