/**
 * A thousand followers of one log over WebSockets: how much memory the API holds for each once the garbage is gone (the
 * system's own buffers not counted), and how far the last of them is behind. A line with the time is written ten times a
 * second; each follower compares it with its own, on the same clock. The peer is a bare WebSocket server that sends the
 * time to as many. This process plays the followers of both, one after the other, so that what receiving costs is in both.
 *
 *     node tests/bench/log-followers.ts
 */
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { type Goal, upTo } from './goal.ts'
import { startPeer, told } from './peers/start-peer.ts'
import type { Address } from './peers/told.ts'
import { printIfMain } from './print-if-main.ts'
import type { Row } from './row.ts'

export type FollowersOptions = { followers?: number; seconds?: number }

/** The pause between two lines, in milliseconds. */
const every = 100

export async function bench({ followers = 1_000, seconds = 10 }: FollowersOptions = {}): Promise<Row[]> {
  const ours = await measure('followed-api', followers, seconds)
  const peer = await measure('bare-websocket', followers, seconds)
  const row = (name: string, goal: Goal, unit: string, a: number, b: number): Row => ({
    ...{ name: `${followers} followers of one log, ${name}`, ours: a, peer: b, unit, ratio: a / b },
    ...{ goal: goal.text, met: goal.isMet({ ours: a, ratio: a / b }) },
  })
  return [
    row('memory of each', upTo(64, 'KiB'), 'KiB', ours.memory, peer.memory),
    row('the last is behind', upTo(1_000, 'ms'), 'ms', ours.lag, peer.lag),
  ]
}

/** KiB a follower, and the longest delay of any line, in ms. */
type Measured = { memory: number; lag: number }

async function measure(
  server: 'followed-api' | 'bare-websocket',
  followers: number,
  seconds: number,
): Promise<Measured> {
  await using peer = await startPeer(server, String(every))
  const { child, address } = peer
  const crowd = new Crowd()
  try {
    // The first costs what all share.
    await crowd.grow(address, 1)
    await delay(1_000)
    const before = await heldBy(child)
    await crowd.grow(address, followers)
    await delay(2_000)
    crowd.lag = 0
    await delay(seconds * 1_000)
    const { lag } = crowd
    const memory = ((await heldBy(child)) - before) / 1_024 / (followers - 1)
    if (crowd.size !== followers) throw new Error(`only ${crowd.size} followers are left`)
    return { memory, lag }
  } finally {
    crowd.leave()
  }
}

async function heldBy(child: ChildProcess): Promise<number> {
  child.send('how much?')
  return (await told<{ held: number }>(child, 'held')).held
}

/** Followers, and the longest that any of them has waited for a line, in milliseconds. */
class Crowd {
  readonly #sockets: WebSocket[] = []
  lag = 0

  get size(): number {
    return this.#sockets.filter(socket => socket.readyState === WebSocket.OPEN).length
  }

  /** A few at a time; each is there once it has been told something. */
  async grow(address: Address, to: number): Promise<void> {
    while (this.#sockets.length < to)
      await Promise.all(
        Array.from({ length: Math.min(50, to - this.#sockets.length) }, () => this.#join(address)),
      )
  }

  leave(): void {
    for (const socket of this.#sockets) socket.terminate()
  }

  async #join({ url, headers }: Address): Promise<void> {
    const socket = new WebSocket(url, { headers, perMessageDeflate: false })
    this.#sockets.push(socket)
    socket.on('error', () => undefined) // it is missed in the end
    socket.on('message', data => {
      const now = Date.now()
      const message = JSON.parse(`${data}`)
      // The first line of a chunk has waited longest.
      if (message.type === 'output') this.lag = Math.max(this.lag, now - Number.parseInt(message.text, 10))
    })
    await once(socket, 'message')
  }
}

await printIfMain(import.meta, bench)
