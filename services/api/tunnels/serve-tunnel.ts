import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import type { EndReason } from '../../contract/stream-end.ts'
import type { TunnelTarget } from '../../contract/tunnel.ts'
import type { SessionJoined } from '../../store/rows.ts'
import { getSession } from '../../store/sessions.ts'
import type { Caller } from '../access.ts'
import type { Context } from '../context.ts'
import { endOf } from '../live/end-of.ts'
import { whileAdmitted } from '../live/while-admitted.ts'
import type { Refusal } from '../outcome.ts'
import { refusalOf } from '../problem-reply.ts'
import { endSocket } from '../websocket/end-socket.ts'
import { sendFrame } from '../websocket/send-frame.ts'
import { TunnelMeter } from './tunnel-limits.ts'

export type TunnelClient = {
  readonly caller: Caller
  readonly session: SessionJoined
  readonly target: TunnelTarget
  readonly gone: AbortSignal
}

/** How often it is looked whether the session still runs, in milliseconds. */
const lookMs = 2_000

/**
 * Carries one connection into a session over a WebSocket, by the protocol in `contract/tunnel.ts`, until either side has
 * gone, the session or the token has ended, the tunnel has come to a limit, or the server stops.
 */
export async function serveTunnel(
  webSocket: WebSocket,
  context: Context,
  { caller, session, target, gone }: TunnelClient,
): Promise<void> {
  const over = new AbortController()
  const finish = (why: EndReason | Refusal | 'gone'): void => {
    if (over.signal.aborted) return
    over.abort()
    webSocket.resume()
    if (why !== 'gone') endSocket(webSocket, endOf(why), 'json')
  }
  using watched = new DisposableStack()
  const on = (signal: AbortSignal, why: 'gone' | 'server_stopping') => {
    const heard = () => finish(why)
    signal.addEventListener('abort', heard, { once: true })
    watched.defer(() => signal.removeEventListener('abort', heard))
    if (signal.aborted) heard()
  }
  on(gone, 'gone')
  on(context.stopping, 'server_stopping')
  const room = context.tunnels.room.enter(session.id)
  if (!room.ok) return finish(room)
  watched.use(room.value)
  watched.use(whileAdmitted(context, 'debug.launch', caller, finish))
  // What comes before there is a way waits in the system's buffers.
  webSocket.pause()
  const dialled = await context.runner.tunnel({ session: session.id, target }, over.signal)
  if (!dialled.ok) return finish(dialled)
  const { value: socket } = dialled
  watched.defer(() => socket.destroy())
  if (over.signal.aborted) return
  const meter = watched.use(new TunnelMeter(context.tunnels.limits, finish))
  const look = setInterval(() => void untilEnded(context, session, finish), lookMs)
  watched.defer(() => clearInterval(look))
  carry(webSocket, socket, { meter, finish, patience: context.limits.slowReader })
  await new Promise<void>(resolve => {
    if (over.signal.aborted) resolve()
    else over.signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

type Carrying = {
  readonly meter: TunnelMeter
  readonly finish: (why: EndReason) => void
  readonly patience: number
}

function carry(webSocket: WebSocket, socket: Socket, { meter, finish, patience }: Carrying): void {
  let ends = 0
  const ended = () => {
    ends++
    if (ends === 2) finish('complete')
  }
  webSocket.on('message', data => {
    const bytes = Buffer.isBuffer(data) ? data : Buffer.from(`${data}`)
    meter.count(bytes.length)
    if (bytes.length === 0) socket.end(ended)
    else if (!socket.write(bytes)) {
      webSocket.pause()
      socket.once('drain', () => webSocket.resume())
    }
  })
  socket.on('data', (bytes: Buffer) => {
    meter.count(bytes.length)
    socket.pause()
    void sendFrame(webSocket, bytes, patience).then(taken => {
      if (taken === 'slow') finish('slow_reader')
      else socket.resume()
    })
  })
  socket.once('end', () => {
    webSocket.send(Buffer.alloc(0))
    ended()
  })
  socket.once('close', () => finish('complete'))
  webSocket.resume()
  socket.resume()
}

async function untilEnded(
  { store, log }: Context,
  { id }: SessionJoined,
  finish: (why: EndReason | Refusal) => void,
): Promise<void> {
  try {
    const row = await getSession(store, id)
    if (row === undefined) finish('session_deleted')
    else if (row.status !== 'running') finish('session_ended')
  } catch (error) {
    log.error({ err: error, session: id }, 'looking after a tunnel failed')
    finish(refusalOf(error))
  }
}
