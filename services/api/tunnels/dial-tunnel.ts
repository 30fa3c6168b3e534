import { connect, type Socket } from 'node:net'
import { fromRunnerSchema } from '../../contract/runner-messages.ts'
import type { ToRunnerTunnel } from '../../contract/tunnel.ts'
import { done, type Outcome, refuse } from '../outcome.ts'

/** How long the runner may take until it has come to the port, in milliseconds: longer than it waits itself. */
const openMs = 20_000
/** The most that the runner says before that, in bytes. */
const mostBefore = 16 * 1024 * 1024

/** A connection of its own to the runner, which leads to a port or a socket of a session. Paused: nothing of it is read yet. */
export function dialTunnel(
  socketPath: string,
  asked: Omit<ToRunnerTunnel, 'type' | 'id'>,
  gone: AbortSignal,
): Promise<Outcome<Socket>> {
  const socket = connect({ path: socketPath, allowHalfOpen: true })
  return new Promise(resolve => {
    let before = Buffer.alloc(0)
    const settle = (outcome: Outcome<Socket>) => {
      clearTimeout(late)
      gone.removeEventListener('abort', away)
      socket.off('error', away).off('end', away).off('close', away).off('data', take)
      socket.on('error', () => undefined) // 'close' follows
      socket.pause()
      if (!outcome.ok) socket.destroy()
      resolve(outcome)
    }
    const away = () =>
      settle(refuse('runner_unavailable', 'the runner does not answer: in the clone, npx task up starts it'))
    const late = setTimeout(away, openMs)
    gone.addEventListener('abort', away, { once: true })
    socket.once('error', away)
    socket.once('end', away)
    socket.once('close', away)
    socket.once('connect', () => socket.write(`${JSON.stringify({ type: 'tunnel', id: 0, ...asked })}\n`))
    const take = (piece: Buffer) => {
      before = Buffer.concat([before, piece])
      for (let end = before.indexOf(10); end >= 0; end = before.indexOf(10)) {
        const message = messageOf(before.subarray(0, end))
        before = before.subarray(end + 1)
        // Hints, which go to whoever is connected, may come before.
        if (message?.type === 'refusal') return settle(refuse(message.code, message.detail))
        if (message?.type !== 'tunnel_open') continue
        settle(done(socket))
        if (before.length > 0) socket.unshift(before)
        return
      }
      if (before.length > mostBefore) away()
    }
    socket.on('data', take)
    if (gone.aborted) away()
  })
}

function messageOf(line: Buffer) {
  try {
    return fromRunnerSchema.safeParse(JSON.parse(line.toString('utf8'))).data
  } catch {
    return undefined
  }
}
