import type { IncomingMessage, ServerResponse } from 'node:http'

/** How often it is looked whether who uses an app still may, in milliseconds. */
const usualMs = 5_000

export type Opened = {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** To a WebSocket, which lasts as long as its connection. */
  readonly upgrades: boolean
}

/** Cuts what a request has opened, an answer or a WebSocket, once who asked for it may not use the app any more. */
export function whileAdmitted(
  { request: { socket }, response, upgrades }: Opened,
  mayStill: () => Promise<boolean>,
  everyMs = usualMs,
): void {
  let isLooking = false
  const look = async () => {
    if (isLooking) return
    isLooking = true
    // Where that cannot be told just now, the next look does.
    if (!(await mayStill().catch(() => true))) over.destroy()
    isLooking = false
  }
  const over = upgrades ? socket : response
  const timer = setInterval(() => void look(), everyMs).unref()
  over.once('close', () => clearInterval(timer))
}
