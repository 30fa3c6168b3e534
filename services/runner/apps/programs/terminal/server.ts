import { createServer, type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { endConnection } from '../../../../../lib/end-connection.ts'
import { listenOn } from '../serving/listen.ts'
import { Refused, refuseOtherSites, sendJson, sendRefusal } from '../serving/refused.ts'
import { sendPageFile } from './page-files.ts'
import { clientMessage, type Size } from './protocol.ts'
import type { Shell } from './shell.ts'
import { Shells, type ShellsOptions } from './shells.ts'
import type { Viewer } from './viewer.ts'

/** The longest message of a client: what is pasted comes in one. */
const longestMessage = 4_194_304
/** How long a client may take for its first message, and between two signs of life. */
const openingMs = 10_000
const pingMs = 30_000
/** What may wait for a client, in bytes, so that its pings are answered. */
const mostBuffered = 65_536
/** Who may look at one terminal at a time. */
const mostViewers = 32
const usual: Size = { columns: 80, rows: 24 }
const longestName = 64

export type TerminalOptions = ShellsOptions & { readonly socket: string }

/** Terminals over ttyd's protocol, on a unix socket. */
export async function startTerminal({ socket, ...options }: TerminalOptions): Promise<AsyncDisposable> {
  await using starting = new AsyncDisposableStack()
  const shells = starting.use(new Shells(options))
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: longestMessage,
    perMessageDeflate: false,
    autoPong: false,
    handleProtocols: () => 'tty',
  })
  const server = createServer((request, response) => {
    answer(request)
      .then(async path => {
        if (path === '/token') return sendJson(response, 200, { token: '' })
        if (await sendPageFile(path, response, request.method !== 'HEAD')) return
        throw new Refused('NOT_FOUND', 'there is nothing of this name')
      })
      .catch(error => sendRefusal(request, response, error))
  })
  server.on('upgrade', (request: IncomingMessage, connection: Duplex, head: Buffer) => {
    connection.on('error', () => connection.destroy())
    try {
      const name = nameOf(request)
      sockets.handleUpgrade(request, connection, head, opened => serve(opened, name, shells))
    } catch (error) {
      refuseUpgrade(connection, error)
    }
  })
  const pings = setInterval(() => {
    for (const one of sockets.clients) keepAlive(one)
  }, pingMs)
  starting.defer(() => clearInterval(pings))
  starting.use(await listenOn(server, socket))
  starting.defer(() => {
    for (const one of sockets.clients) one.close(1001, 'the terminal server is ending')
  })
  return starting.move()
}

async function answer(request: IncomingMessage): Promise<string> {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    throw new Refused('METHOD_NOT_ALLOWED', 'it can be read only', { allow: 'GET, HEAD' })
  return pathOf(request).pathname
}

const pathOf = ({ url = '/' }: IncomingMessage): URL => {
  const parsed = URL.parse(`http://terminal${url}`)
  if (parsed === null) throw new Refused('INVALID_PATH', 'this is no path')
  return parsed
}

/** Of the terminal that is asked for. */
function nameOf(request: IncomingMessage): string {
  const { pathname, searchParams } = pathOf(request)
  if (pathname !== '/ws') throw new Refused('NOT_FOUND', 'terminals are at /ws')
  refuseOtherSites(request)
  const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map(one => one.trim())
  if (!offered.includes('tty')) throw new Refused('INVALID_REQUEST', 'ask for the subprotocol tty')
  const name = searchParams.get('id') ?? 'main'
  if (name.length > longestName || !/^[\w.-]+$/.test(name))
    throw new Refused(
      'INVALID_REQUEST',
      `id names a terminal in up to ${longestName} letters, digits, dots, - and _`,
    )
  return name
}

function refuseUpgrade(connection: Duplex, error: unknown): void {
  const { status, message } = error instanceof Refused ? error : new Refused('INTERNAL', 'it failed')
  endConnection(
    connection,
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(message)}\r\nconnection: close\r\n\r\n${message}`,
  )
}

/** Clients that still have to answer a ping. */
const asked = new WeakSet<WebSocket>()

function keepAlive(socket: WebSocket): void {
  // Of one that nothing is read from no answer can come.
  if (socket.isPaused) return
  if (asked.has(socket)) socket.terminate()
  else {
    asked.add(socket)
    socket.ping()
  }
}

type Joined = { readonly shell: Shell; readonly viewer: Viewer }

function serve(socket: WebSocket, name: string, shells: Shells): void {
  let joined: Joined | undefined
  const late = setTimeout(() => socket.close(1008, 'nothing was said'), openingMs)
  // It closes by itself, with a code.
  socket.on('error', () => undefined)
  socket.on('pong', () => asked.delete(socket))
  // Who takes nothing, and pings on, is not to fill our memory with answers.
  socket.on('ping', data => {
    if (socket.bufferedAmount < mostBuffered) socket.pong(data)
  })
  socket.on('close', () => {
    clearTimeout(late)
    joined?.shell.leave(joined.viewer)
  })
  socket.on('message', (data: Buffer) => {
    asked.delete(socket)
    const message = clientMessage(data)
    if (joined === undefined) {
      if (message.kind !== 'open') return
      clearTimeout(late)
      joined = join(socket, name, message.size, shells)
      return
    }
    const { shell, viewer } = joined
    switch (message.kind) {
      case 'input':
        return shell.type(viewer, message.bytes)
      case 'resize':
        return shell.resize(viewer, message.size)
      case 'pause':
        return viewer.pause()
      case 'resume':
        return viewer.resume()
      case 'open':
      case 'unknown':
    }
  })
}

function join(socket: WebSocket, name: string, size: Size | undefined, shells: Shells): Joined | undefined {
  let shell: Shell | undefined
  try {
    shell = shells.named(name, size ?? usual)
  } catch (error) {
    console.error(error)
    socket.close(1011, 'no terminal can be had')
    return undefined
  }
  if (shell === undefined || shell.viewers >= mostViewers) {
    socket.close(
      1013,
      shell === undefined ? 'there are too many terminals' : 'too many look at this terminal',
    )
    return undefined
  }
  return { shell, viewer: shell.join(socket, size) }
}
