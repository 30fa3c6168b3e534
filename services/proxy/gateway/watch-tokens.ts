import type { TokenId } from '../../contract/ids.ts'

const usualMs = 5_000

export type TokenWatch = {
  /** Tokens of clients that are there. */
  readonly open: () => Iterable<TokenId>
  readonly mayStill: (token: TokenId) => Promise<boolean>
  readonly lost: (token: TokenId) => Promise<void>
  readonly report: (error: unknown) => void
  readonly everyMs?: number
}

/** Looks now and then whether clients, which may listen without asking anything, still may; until disposed. */
export function watchTokens({ open, mayStill, lost, report, everyMs = usualMs }: TokenWatch): Disposable {
  const look = async () => {
    // Where that cannot be told just now, the next look does.
    for (const token of open()) if (!(await mayStill(token).catch(() => true))) await lost(token)
  }
  let isLooking = false
  const turn = async () => {
    if (isLooking) return
    isLooking = true
    await look().catch(report)
    isLooking = false
  }
  const timer = setInterval(() => void turn(), everyMs).unref()
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
