/** Waits so many milliseconds, or rejects with the reason of the signal. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  const over = Promise.withResolvers<void>()
  const timer = setTimeout(() => over.resolve(), milliseconds)
  const abort = () => over.reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    await over.promise
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', abort)
  }
}
