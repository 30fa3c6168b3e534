import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { dialLines } from '../../../lib/dial-lines.ts'
import { portIn } from '../../contract/app-name.ts'
import type { AppPlace } from '../../contract/app-origin.ts'
import type { ProblemCode } from '../../contract/problems.ts'
import { judgeTunnelLine, tunnelLine } from '../../contract/tunnel-opening.ts'
import { appHolder } from '../../store/app-holder.ts'
import type { Store } from '../../store/store.ts'

/** Why there is no way to an app, in words for its client. */
export class AppRefusal extends Error {
  override readonly name = 'AppRefusal'
  readonly code: ProblemCode

  constructor(code: ProblemCode, detail: string) {
    super(detail)
    this.code = code
  }
}

/** How much longer than it waits for an app the runner may take, in milliseconds; and the most that it says before, in bytes. */
const spareMs = 15_000
const mostBefore = 16 * 1024 * 1024
const pauseMs = 100

/**
 * A connection to an app, or to a port, of a session, by way of the runner that has it. One that does not run is started, and one
 * that starts, or whose runner does, is waited for as long as `patienceMs`, or until nobody waits any more. Throws an AppRefusal.
 */
export async function dialApp(
  store: Store,
  { session, app }: AppPlace,
  patienceMs: number,
  gone = new AbortController().signal,
): Promise<Socket> {
  const until = performance.now() + patienceMs
  const port = portIn(app)
  for (;;) {
    const left = Math.max(0, Math.round(until - performance.now()))
    const target = port === undefined ? { app, patience_ms: left } : { port }
    const refusal = await attempt(store, { session, app }, { session, target }, left, gone)
    if (!(refusal instanceof AppRefusal)) return refusal
    if (refusal.code !== 'runner_unavailable' || performance.now() >= until || gone.aborted) throw refusal
    await delay(pauseMs)
  }
}

async function attempt(
  store: Store,
  { session, app }: AppPlace,
  asked: Parameters<typeof tunnelLine>[0],
  patienceMs: number,
  gone: AbortSignal,
): Promise<Socket | AppRefusal> {
  const runner = await appHolder(store, session, app)
  const away = new AppRefusal('runner_unavailable', 'no runner answers: in the clone, npx task up starts it')
  if (runner === undefined) return away
  const dialled = await dialLines(runner, {
    ...{ line: tunnelLine(asked), judge: judgeTunnelLine, mostBefore, openMs: patienceMs + spareMs },
    gone,
  })
  switch (dialled.outcome) {
    case 'open':
      return dialled.socket
    case 'away':
      return away
    case 'refused': {
      const { code, detail } = dialled.refused
      // That nobody listens on the port is the app's fault, not the client's.
      return new AppRefusal(code === 'not_found' ? 'app_unreachable' : code, detail)
    }
  }
}
