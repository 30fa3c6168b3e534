import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** The event that brings the sockets of a server's requests: over TLS those that have shaken hands. */
export type Arrival = 'connection' | 'secureConnection'

export type Share = {
  readonly most: number
  readonly holderOf: (socket: Socket) => string | undefined
  /** One more has come of a holder than it may have. */
  readonly reached: (holder: string) => void
}

export type RoomOptions = {
  readonly arrives?: Arrival
  /** How many connections one holder may have, and whose one is; undefined: of somebody who is not counted. */
  readonly share?: Share
}

/**
 * Keeps the connections of a server to so many, and those of one holder to a share of them. One more takes the place of that on
 * which nothing has been asked for the longest time, half-sent requests included: whoever holds thousands open keeps nobody else
 * out. Where all are in use, it is closed itself.
 */
export function limitConnections(server: Server, most: number, options: RoomOptions = {}): void {
  const { arrives = 'connection', share } = options
  const all = new Room(most)
  const holders = new Map<string, Room>()
  /** Of each connection that is open. */
  const rooms = new Map<Socket, readonly Room[]>()
  /** On which something is being answered, and how much: over HTTP/2 that may be more than one. */
  const answering = new Map<Socket, number>()
  const enter = (socket: Socket): readonly Room[] => {
    const holder = share?.holderOf(socket)
    if (share === undefined || holder === undefined) return [all]
    const own = holders.get(holder) ?? new Room(share.most)
    holders.set(holder, own)
    socket.once('close', () => {
      if (own.isEmpty) holders.delete(holder)
    })
    return [own, all]
  }
  const fallIdle = (socket: Socket) => {
    for (const room of rooms.get(socket) ?? []) room.idle.add(socket)
  }
  const beInUse = (socket: Socket) => {
    for (const room of rooms.get(socket) ?? []) room.idle.delete(socket)
  }
  server.on(arrives, (socket: Socket) => {
    // Before whoever else hears of its end.
    socket.once('close', () => {
      for (const room of rooms.get(socket) ?? []) room.leave(socket)
      rooms.delete(socket)
      answering.delete(socket)
    })
    const entered = enter(socket)
    rooms.set(socket, entered)
    for (const room of entered) room.enter(socket)
    const crowded = entered.find(room => room.isCrowded)
    const holder = crowded === all ? undefined : share?.holderOf(socket)
    if (crowded !== undefined && holder !== undefined) share?.reached(holder)
    crowded?.longestIdle()?.destroy()
  })
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request
    const inUse = () => {
      if (response.closed) return
      answering.set(socket, (answering.get(socket) ?? 0) + 1)
      beInUse(socket)
      response.once('close', over)
    }
    const over = () => {
      const others = (answering.get(socket) ?? 1) - 1
      if (others > 0) return void answering.set(socket, others)
      answering.delete(socket)
      if (!socket.destroyed) fallIdle(socket)
    }
    // Nobody has asked for anything before all of it is there.
    if (bringsBody(request)) request.once('end', inUse)
    else inUse()
  })
  server.on('upgrade', ({ socket }: IncomingMessage) => beInUse(socket))
}

/** Connections that share a bound. */
class Room {
  readonly #most: number
  #open = 0
  /** In the order in which they fell idle. */
  readonly idle = new Set<Socket>()

  constructor(most: number) {
    this.#most = most
  }

  enter(socket: Socket): void {
    this.#open++
    this.idle.add(socket)
  }

  leave(socket: Socket): void {
    this.#open--
    this.idle.delete(socket)
  }

  get isCrowded(): boolean {
    return this.#open > this.#most
  }

  get isEmpty(): boolean {
    return this.#open === 0
  }

  /** The one that was not destroyed yet. */
  longestIdle(): Socket | undefined {
    return this.idle.values().find(socket => !socket.destroyed)
  }
}

const bringsBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'
