import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocket, WebSocketServer } from 'ws'
import type { AppPlace } from '../../contract/app-origin.ts'
import type { Store } from '../../store/store.ts'
import { type AppRefusal, dialApp } from './dial-app.ts'

/** How long a terminal may take to come up, and to agree once it is, in milliseconds. */
const patienceMs = 60_000
const agreesMs = 15_000
/** What may be typed into it before, in bytes and messages. */
const mostTyped = 64 * 1024
const mostMessages = 4_096
/** How many bytes may wait for one side until nothing more is read from the other. */
const mostOnTheWay = 262_144
/** The longest message, as `ws` of the terminal has it. */
const longestMessage = 16 * 1024 * 1024

export type EarlyTerminal = {
  readonly store: Store
  readonly place: AppPlace
  readonly request: IncomingMessage
  readonly socket: Socket
  readonly path: string
  /** What goes to the app with its own handshake: who asks. */
  readonly headers: readonly string[]
  /** Why there is no way to it yet. */
  readonly refusal: AppRefusal
}

const server = new WebSocketServer({
  noServer: true,
  clientTracking: false,
  autoPong: false,
  maxPayload: longestMessage,
  // As the terminal will, once it is there: it knows no other.
  handleProtocols: offered => offered.has('tty') && 'tty',
})

/**
 * Accepts the WebSocket of a terminal that is starting, and connects it once that is up. What is typed meanwhile waits. One that
 * has failed is closed with the reason: a page reads no answer to a handshake.
 */
export function acceptEarly(work: EarlyTerminal, accepted: (client: WebSocket) => void): void {
  server.handleUpgrade(work.request, work.socket, Buffer.alloc(0), client => {
    accepted(client)
    serve(client, work).catch(() => client.close(1011, 'the terminal cannot be connected'))
  })
}

async function serve(client: WebSocket, work: EarlyTerminal): Promise<void> {
  const { store, place, path, headers, refusal } = work
  if (refusal.code === 'app_failed') return client.close(1013, reasonOf(refusal))
  const early: { data: WebSocket.RawData; binary: boolean }[] = []
  let bytes = 0
  const keep = (data: WebSocket.RawData, binary: boolean) => {
    bytes += Buffer.isBuffer(data) ? data.length : 0
    if (bytes > mostTyped || early.length >= mostMessages)
      client.close(1009, 'more was typed than a terminal that is starting takes')
    else early.push({ data, binary })
  }
  const pong = (data: Buffer) => client.bufferedAmount < mostTyped && client.pong(data)
  client
    .on('message', keep)
    .on('ping', pong)
    .on('error', () => undefined)
  let way: Duplex
  try {
    way = await dialApp(store, place, patienceMs)
  } catch (error) {
    client.close(1013, reasonOf(error))
    return
  }
  if (client.readyState !== WebSocket.OPEN) return void way.destroy()
  const protocols = client.protocol === '' ? [] : [client.protocol]
  // No fragment is a part of what is asked for, and `ws` throws at one.
  const app = new WebSocket(`ws://${place.app}.localhost${path.replaceAll('#', '%23')}`, protocols, {
    // It comes paused; an app says nothing before it is asked.
    createConnection: () => way.resume(),
    headers: handshakeHeaders(headers),
    handshakeTimeout: agreesMs,
    maxPayload: longestMessage,
    perMessageDeflate: false,
    autoPong: false,
  })
  app.on('error', () => undefined)
  let isJoined = false
  app.once('open', () => {
    isJoined = true
    client.off('message', keep).off('ping', pong)
    for (const { data, binary } of early) app.send(data, { binary })
    join(client, app)
    join(app, client)
  })
  app.once('close', (code, reason) => {
    if (isJoined) closeLike(client, code, `${reason}`)
    else client.close(1013, 'the terminal does not answer')
  })
  client.once('close', (code, reason) => closeLike(app, code, `${reason}`))
}

const takesMore = (socket: WebSocket): boolean =>
  socket.readyState === WebSocket.OPEN && socket.bufferedAmount < longestMessage

/**
 * Passes on what one says, as fast as the other takes it. Signs of life too: each finds out that the other has gone, and who
 * takes nothing and pings on fills nobody's memory.
 */
function join(from: WebSocket, to: WebSocket): void {
  from.on('message', (data: WebSocket.RawData, binary: boolean) => {
    if (to.readyState !== WebSocket.OPEN) return
    to.send(data, { binary }, () => from.isPaused && from.resume())
    if (to.bufferedAmount > mostOnTheWay) from.pause()
  })
  from.on('ping', (data: Buffer) => takesMore(to) && to.ping(data))
  from.on('pong', (data: Buffer) => takesMore(to) && to.pong(data))
}

/** With the same code, where that is one that may be sent. */
function closeLike(to: WebSocket, code: number, reason: string): void {
  const sendable = (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || code >= 3000
  if (sendable) to.close(code, reason)
  else if (code === 1005) to.close()
  else to.terminate()
}

/** `ws` writes those of the handshake itself. */
function handshakeHeaders(raw: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] ?? '').toLowerCase()
    if (!name.startsWith('sec-websocket-')) headers[name] = raw[index + 1] ?? ''
  }
  return headers
}

/** A close frame has room for 123 bytes. */
const reasonOf = (error: unknown): string =>
  Buffer.from(error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : '')
    .subarray(0, 120)
    .toString('utf8')
    .replace(/\uFFFD+$/, '')
