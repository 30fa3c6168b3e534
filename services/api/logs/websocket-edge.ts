import type { WebSocket } from 'ws'
import type { Limits } from '../context.ts'
import type { EndEvent, LogEvent } from './log-event.ts'
import { isWhole, type LogFormat, toJson } from './log-format.ts'
import { pump, type Taken } from './pump.ts'

/** So much may lie between us and the system's buffers before we wait for the reader, in bytes. */
const highWater = 262_144

/**
 * Sends a log over a WebSocket. With `json` each message is a text frame, the last one `end`; with `text` the bytes of
 * each chunk are a binary frame and nothing else is sent. Frames from the client are ignored.
 *
 * The close frame's reason is that of `end`, its code (RFC 6455, section 7.4):
 *
 *     1000  complete, session_ended, session_deleted: everything was told
 *     1001  server_stopping: connect again, from the offset reached
 *     1008  slow_reader; or problem, where the token is no longer good for this
 *     1011  problem: the server made a mistake, or the store was busy for too long
 */
export async function sendLogOver(
  socket: WebSocket,
  events: AsyncIterable<LogEvent>,
  { format, limits }: { format: LogFormat; limits: Limits },
): Promise<void> {
  const ping = keepAlive(socket, limits.ping)
  try {
    const end = await pump(events, async event => {
      if (format === 'json') return send(socket, toJson(event), limits.slowReader)
      return event.type === 'output' ? send(socket, event.data, limits.slowReader) : 'taken'
    })
    if (end !== 'gone') close(socket, end, format, limits)
  } finally {
    clearInterval(ping)
  }
}

function close(socket: WebSocket, end: EndEvent, format: LogFormat, { linger }: Limits): void {
  if (format === 'json') socket.send(toJson(end))
  socket.close(closeCode(end), end.reason)
  const timer = setTimeout(() => socket.terminate(), linger)
  socket.once('close', () => clearTimeout(timer))
}

function closeCode({ reason, problem }: EndEvent): number {
  if (isWhole(reason)) return 1000
  if (reason === 'server_stopping') return 1001
  return reason === 'slow_reader' || (problem !== undefined && problem.status < 500) ? 1008 : 1011
}

/** Sends, and where much is on its way already waits until this has left. */
function send(socket: WebSocket, data: string | Buffer, patience: number): Promise<Taken> {
  if (socket.readyState !== socket.OPEN) return Promise.resolve('gone')
  return new Promise(resolve => {
    let timer: NodeJS.Timeout | undefined
    const settle = (taken: Taken) => {
      clearTimeout(timer)
      resolve(taken)
    }
    socket.send(data, error => settle(error ? 'gone' : 'taken'))
    if (socket.bufferedAmount < highWater) settle('taken')
    else timer = setTimeout(() => settle('slow'), patience)
  })
}

/** Pings; a client that neither answers nor has anything to catch up with is gone. */
function keepAlive(socket: WebSocket, interval: number): NodeJS.Timeout {
  let answered = true
  socket.on('pong', () => {
    answered = true
  })
  return setInterval(() => {
    if (!answered && socket.bufferedAmount === 0) return socket.terminate()
    answered = false
    socket.ping()
  }, interval)
}
