import type { Socket } from 'node:net'
import { dialLines } from '../../../lib/dial-lines.ts'
import type { ToRunnerTunnel } from '../../contract/tunnel.ts'
import { judgeTunnelLine, tunnelLine } from '../../contract/tunnel-opening.ts'
import { done, type Outcome, refuse } from '../outcome.ts'

/** How long the runner may take until it has come to the port, in milliseconds: longer than it waits itself. */
const openMs = 20_000
/** The most that the runner says before that, in bytes. */
const mostBefore = 16 * 1024 * 1024

/** A connection of its own to the runner, which leads to a port or a socket of a session. Paused: nothing of it is read yet. */
export async function dialTunnel(
  socketPath: string,
  asked: Omit<ToRunnerTunnel, 'type' | 'id'>,
  gone: AbortSignal,
): Promise<Outcome<Socket>> {
  const dialled = await dialLines(socketPath, {
    ...{ line: tunnelLine(asked), judge: judgeTunnelLine, mostBefore, gone },
    openMs: openMs + ('app' in asked.target ? asked.target.patience_ms : 0),
  })
  switch (dialled.outcome) {
    case 'open':
      return done(dialled.socket)
    case 'refused':
      return refuse(dialled.refused.code, dialled.refused.detail)
    case 'away':
      return refuse('runner_unavailable', 'the runner does not answer: in the clone, npx task up starts it')
  }
}
