import type { Logger } from 'pino'

/** What an address may have a share of. */
export type Shared = 'connections' | 'requests'

/** How long nothing is said after it was said, in milliseconds. */
const quietMs = 60_000

export type ShareNoticesDependencies = {
  readonly log: Pick<Logger, 'warn'>
  readonly count: (of: Shared) => void
  /** In milliseconds, of a clock that only goes forward. */
  readonly now: () => number
}

/** Tells who runs the server that addresses are at their share: each time by a figure, and by one line of the log a minute, whoever asks how often. */
export class ShareNotices {
  readonly #deps: ShareNoticesDependencies
  #saidAt = Number.NEGATIVE_INFINITY
  #unsaid = 0

  constructor(deps: ShareNoticesDependencies) {
    this.#deps = deps
  }

  reached(address: string, of: Shared): void {
    const { log, count, now } = this.#deps
    count(of)
    this.#unsaid++
    if (now() - this.#saidAt < quietMs) return
    this.#saidAt = now()
    log.warn(
      { address, of, times: this.#unsaid },
      'an address has all that one may have (proxy.address_share)',
    )
    this.#unsaid = 0
  }
}
