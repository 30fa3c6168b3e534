const texts = {
  cancelled: 'the run was cancelled',
  failed: 'another task failed',
  stale: 'what it comes from has changed',
} as const

/** Why a task is aborted, as the reason of its signal. */
export class AbortedError extends Error {
  override readonly name = 'AbortError'
  readonly because: keyof typeof texts

  constructor(because: keyof typeof texts, cause: unknown) {
    super(texts[because], { cause })
    this.because = because
  }
}
