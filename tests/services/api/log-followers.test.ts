import { readdirSync, readlinkSync } from 'node:fs'
import t from 'tap'
import { WebSocket } from 'ws'
import type { LogMessage } from '../../../services/contract/log-message.ts'
import { bytesOf, dialLog, ndjson, sse, webSocket } from './log-readers.ts'
import { type Rig, startRig } from './rig.ts'
import { until } from './until.ts'

/** Numbers that look random and are the same for each seed: mulberry32. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

const alphabet = ['a', 'line\n', 'é', '€', '😀', '\u0000', '\u001b[31m', '"\\', 'x'.repeat(500)]

/** Text, bytes that are none, and halves of characters. */
function piece(random: (below: number) => number): Buffer {
  const kind = random(6)
  if (kind === 0) return Buffer.from(Array.from({ length: 1 + random(300) }, () => random(256)))
  const text = Buffer.from(
    Array.from({ length: 1 + random(kind === 1 ? 400 : 20) }, () => alphabet[random(alphabet.length)]).join(
      '',
    ),
  )
  return kind === 2 ? text.subarray(0, Math.max(1, text.length - 1)) : text
}

async function startLogRig(t: Parameters<typeof startRig>[0]) {
  const rig = await startRig(t)
  await rig.repository()
  const { id, commands } = await rig.session(['make'])
  const [command] = commands
  if (command === undefined) throw new Error('one was queued')
  await rig.runner.start(id, command)
  return { rig, id, command }
}

const readers = { ndjson, sse, webSocket }

/** Follows from `offset`, lost after some messages each time, until the log has ended. Returns the bytes it was told. */
async function follower(
  rig: Rig,
  session: string,
  command: string,
  offset: number,
  random: (below: number) => number,
) {
  const got: Buffer[] = []
  let at = offset
  for (;;) {
    const read = Object.values(readers)[random(3)] ?? ndjson
    let left = random(3) > 0 ? Number.POSITIVE_INFINITY : 1 + random(40)
    const fields = { command, stream: 'stdout', offset: at, follow: true }
    let last: LogMessage | undefined
    for await (const message of read(rig, session, fields)) {
      last = message
      if (message.type === 'output') {
        if (message.offset !== at) throw new Error(`expected byte ${at}, not ${message.offset}`)
        got.push(bytesOf(message))
        at += message.bytes
        if (bytesOf(message).length !== message.bytes) throw new Error(`not ${message.bytes} bytes`)
      }
      if (--left === 0) break
    }
    if (last?.type === 'end') {
      if (last.reason !== 'complete') throw new Error(last.reason)
      return Buffer.concat(got)
    }
  }
}

for (const seed of [1, 2])
  t.test(
    `each of many followers is told exactly the bytes, whenever it comes and goes: seed ${seed}`,
    async t => {
      const { rig, id, command } = await startLogRig(t)
      const random = randomNumbers(seed)
      const written: Buffer[] = []
      let length = 0
      const followers: Promise<{ offset: number; got: Buffer }>[] = []
      const join = (offset: number) => {
        const own = randomNumbers(seed * 1_000 + followers.length)
        followers.push(follower(rig, id, command, offset, own).then(got => ({ offset, got })))
      }
      for (let i = 0; i < 200; i++) {
        const bytes = piece(random)
        written.push(bytes)
        length += bytes.length
        await rig.runner.write(id, command, 'stdout', bytes)
        if (random(6) === 0)
          join([0, length, random(length + 1), Math.max(0, length - random(9))][random(4)] ?? 0)
        if (random(40) === 0) await new Promise(resolve => setTimeout(resolve, random(30)))
        // More than is kept for those who are close to the end.
        if (i === 100) {
          const much = Buffer.alloc(1_500_000, 'a line of a log é\n')
          written.push(much)
          length += much.length
          await rig.runner.write(id, command, 'stdout', much)
        }
      }
      join(length)
      await rig.runner.end(id, command)
      const log = Buffer.concat(written)
      for (const { offset, got } of await Promise.all(followers))
        if (!got.equals(log.subarray(offset))) t.fail(`other bytes from ${offset} on: ${got.length}`)
      t.ok(followers.length > 20, `${followers.length} followers`)
      await until(() => rig.api.live.readers === 0, 'all have gone')
      await until(() => rig.api.live.commandsFollowed === 0, 'nothing is left of what they shared')
    },
  )

t.test('many followers cost one watch and one open log', async t => {
  const { rig, id, command } = await startLogRig(t)
  await rig.runner.write(id, command, 'stdout', 'begun\n')
  const sockets = Array.from({ length: 40 }, () => dialLog(rig, id, { command, follow: true }))
  const told = sockets.map(() => '')
  sockets.forEach((socket, index) => {
    socket.on('message', data => {
      const message: LogMessage = JSON.parse(`${data}`)
      if (message.type === 'output') told[index] += bytesOf(message).toString()
    })
  })
  await until(() => told.every(text => text === 'begun\n'), 'all have caught up')
  t.equal(rig.api.live.readers, 40)
  t.equal(rig.api.live.commandsFollowed, 1)
  t.equal(process.getActiveResourcesInfo().filter(name => name === 'FSEventWrap').length, 1, 'one watch')
  if (process.platform === 'linux')
    t.equal(openLogs(rig.directory), 1, 'stdout is open once, stderr is not there yet')
  await rig.runner.write(id, command, 'stdout', 'more\n')
  await until(() => told.every(text => text === 'begun\nmore\n'), 'all are told')
  for (const socket of sockets) socket.terminate()
  await until(() => rig.api.live.commandsFollowed === 0, 'it ends with the last of them')
  t.equal(sockets.filter(({ readyState }) => readyState === WebSocket.OPEN).length, 0)
  await until(() => openLogs(rig.directory) === 0, 'and the log is closed')
})

/** How many log files below a directory this process holds open. */
function openLogs(directory: string): number {
  if (process.platform !== 'linux') return 0
  return readdirSync('/proc/self/fd').filter(descriptor => {
    try {
      const path = readlinkSync(`/proc/self/fd/${descriptor}`)
      return path.startsWith(directory) && path.endsWith('.log')
    } catch {
      return false // closed since
    }
  }).length
}
