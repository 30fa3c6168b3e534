/**
 * How fast one follower gets the log of a command that has ended: over a WebSocket and over HTTP, as bare bytes and as
 * messages, and through the SDK, which parses and checks every message. The peer is `cat` of the same file through a pipe
 * into a WebSocket of the same library. This process reads them all, so that what reading costs Node is in both. The file
 * comes from the page cache.
 *
 *     node tests/bench/log-throughput.ts
 */
import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { get } from 'node:http'
import type { Readable } from 'node:stream'
import { WebSocket } from 'ws'
import type { CommandId, SessionId } from '../../services/contract/ids.ts'
import { subprotocols } from '../../services/contract/stream-codec.ts'
import { dataFiles } from '../../services/store/files.ts'
import { type BenchServer, startBenchServer } from './bench-server.ts'
import { atLeast, type Goal } from './goal.ts'
import { startPeer } from './peers/start-peer.ts'
import type { Address } from './peers/told.ts'
import { printIfMain } from './print-if-main.ts'
import { median, type Row } from './row.ts'
import { timed } from './timed.ts'

export type BenchOptions = { size?: number; runs?: number }

/** Lines of about 80 bytes, as programs log them, with a character that is not ASCII in each. */
const line = '2026-11-21T10:00:00.000Z INFO request 4711 answered – 200 OK, 1,234 bytes, 5.6 ms'

export async function bench({ size = 200_000_000, runs = 5 }: BenchOptions = {}): Promise<Row[]> {
  await using server = await startBenchServer()
  const session = await server.session()
  const { id, status } = await server.client.commands.run({
    session,
    command: `yes '${line}' | head -c ${size}`,
    wait: 60,
  })
  if (status !== 'succeeded') throw new Error(`the command that writes the log is ${status}`)
  const file = logFile(server, session, id)
  const { size: written } = await stat(file)
  if (written !== size) throw new Error(`the log has ${written} bytes, not ${size}`)

  const at = `/sessions/${session}/logs?command=${id}&stream=stdout&follow=true`
  const follower: Address = {
    url: `${server.url.replace(/^http/, 'ws')}${at}`,
    headers: { authorization: `Bearer ${server.token}` },
  }
  const ways: { name: string; read: () => Promise<number>; goal?: Goal }[] = [
    {
      name: 'WebSocket, bare bytes',
      read: () => overWebSocket(follower, subprotocols.text),
      goal: atLeast(0.7),
    },
    { name: 'WebSocket, messages', read: () => overWebSocket(follower, subprotocols.json) },
    { name: 'HTTP, bare bytes', read: () => overHttp(server, at, 'text/plain') },
    { name: 'HTTP, NDJSON', read: () => overHttp(server, at, 'application/x-ndjson') },
    { name: 'SDK', read: () => throughSdk(server, session, id) },
  ]
  await using cat = await startPeer('cat-websocket', file)
  const ours = ways.map((): number[] => [])
  const peer: number[] = []
  const took = async (read: () => Promise<number>) =>
    timed(async () => {
      const bytes = await read()
      // Messages are longer than the bytes they carry.
      if (bytes < size) throw new Error(`${bytes} bytes of ${size} arrived`)
    })
  for (let i = -1; i < runs; i++) {
    const plain = await took(() => overWebSocket(cat.address))
    if (i >= 0) peer.push(plain)
    for (const [index, { read }] of ways.entries()) {
      const through = await took(read)
      if (i >= 0) ours[index]?.push(through)
    }
  }
  const rate = (times: readonly number[]) => size / 1_000 / median(times)
  return ways.map(({ name, goal }, index) => {
    const [a, b] = [rate(ours[index] ?? []), rate(peer)]
    return {
      ...{ name: `log to one follower, ${name}`, beside: '`cat` into a WebSocket', unit: 'MB/s' },
      ...{ ours: a, peer: b, ratio: a / b, goal: goal?.text ?? '' },
      ...(goal && { met: goal.isMet({ ours: a, ratio: a / b }) }),
    }
  })
}

const logFile = ({ clone }: BenchServer, session: SessionId, command: CommandId): string =>
  dataFiles(clone.path('.artifacts/data')).log(session, command, 'stdout')

async function count(stream: Readable): Promise<number> {
  let bytes = 0
  for await (const chunk of stream) bytes += chunk.length
  return bytes
}

async function overHttp({ url, token }: BenchServer, at: string, accept: string): Promise<number> {
  const request = get(`${url}${at}`, { headers: { accept, authorization: `Bearer ${token}` } })
  const [response] = await once(request, 'response')
  if (response.statusCode !== 200) throw new Error(`the log is answered with ${response.statusCode}`)
  return count(response)
}

async function overWebSocket({ url, headers }: Address, protocol?: string): Promise<number> {
  const socket = new WebSocket(url, protocol === undefined ? [] : [protocol], {
    headers,
    perMessageDeflate: false,
  })
  let bytes = 0
  socket.on('message', (data: Buffer) => {
    bytes += data.length
  })
  await once(socket, 'close')
  return bytes
}

async function throughSdk({ client }: BenchServer, session: SessionId, command: CommandId): Promise<number> {
  let bytes = 0
  for await (const message of client.sessions.logs({ session, command, stream: 'stdout', follow: true }))
    if (message.type === 'output') bytes += message.bytes
  return bytes
}

await printIfMain(import.meta, bench)
