/** Why a task is aborted, as the reason of its signal: the run was cancelled, or another task failed. */
export class AbortedError extends Error {
  override readonly name = 'AbortError'
  readonly because: 'cancelled' | 'failed'

  constructor(because: 'cancelled' | 'failed', cause: unknown) {
    super(because === 'cancelled' ? 'the run was cancelled' : 'another task failed', { cause })
    this.because = because
  }
}
