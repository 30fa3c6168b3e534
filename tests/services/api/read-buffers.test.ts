import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import t, { type Test } from 'tap'
import type { OutputEvent } from '../../../services/api/logs/log-event.ts'
import { ReadBuffers } from '../../../services/api/logs/read-buffers.ts'
import { Tail } from '../../../services/api/logs/tail.ts'
import { commandId } from '../../../services/contract/ids.ts'
import { dialLog } from './log-readers.ts'
import { startRig } from './rig.ts'
import { until } from './until.ts'

t.test('what was released is taken again, once, and never for more than it holds', t => {
  const buffers = new ReadBuffers()
  const [one, two] = [buffers.take(100), buffers.take(100)]
  t.not(one.bytes, two.bytes, 'nobody has said that the first is free')
  one.release()
  one.release()
  const again = buffers.take(60)
  t.equal(again.bytes, one.bytes)
  t.not(buffers.take(60).bytes, one.bytes, 'it is taken')
  two.release()
  t.equal(buffers.take(101).bytes.length, 101)
  t.end()
})

/** A log that is read where it is told to, as a file is. */
function tailOf(log: Buffer, chunkSize: number) {
  const rooms = new Set<Buffer>()
  const file = {
    end: async () => log.length,
    read: async (position: number, length: number, into = Buffer.allocUnsafe(length)) => {
      rooms.add(into)
      return into.subarray(0, log.copy(into, 0, position, position + length))
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
  const tail = new Tail({ command: commandId.create(), stream: 'stdout', file, position: 0, chunkSize })
  return { rooms, events: () => tail.drain(log.length, true, () => false) }
}

t.test('a log is read into the same memory where each chunk is released', async t => {
  const log = randomBytes(10_000)
  const { rooms, events } = tailOf(log, 256)
  const got: Buffer[] = []
  for await (const { data, release } of events()) {
    got.push(Buffer.from(data))
    release?.()
  }
  t.ok(Buffer.concat(got).equals(log))
  t.equal(rooms.size, 2, 'one is told while the next is read')
})

t.test('whoever keeps chunks without a word has their bytes for good', async t => {
  const log = randomBytes(10_000)
  const { events } = tailOf(log, 256)
  const kept: OutputEvent[] = await Array.fromAsync(events())
  t.ok(Buffer.concat(kept.map(({ data }) => data)).equals(log))
})

/** More than all the system's buffers between two sockets hold. */
const length = 20_000_000

/** A session with such a log of random bytes, and how much of it the API has given away. */
async function startLogRig(t: Test) {
  const rig = await startRig(t, { limits: { slowReader: 600_000 } })
  await rig.repository()
  const { id, commands } = await rig.session(['make'])
  const [command] = commands
  if (command === undefined) throw new Error('one was queued')
  const log = randomBytes(length)
  await rig.runner.play(command, { stdout: log })
  const given = async () => {
    const { text } = await rig.send('/metrics', { token: rig.admin })
    return Number(/^debug_server_log_sent_bytes_total\{.*\} (.*)$/m.exec(text)?.[1] ?? 0)
  }
  /** Resolves when the API gives away no more: its reader takes nothing. */
  const stalled = async () => {
    let before = 0
    await until(async () => {
      const now = await given()
      const isSame = now > 0 && now === before
      before = now
      return isSame
    }, 'the API waits for its reader')
    t.ok(before < length)
  }
  return { rig, id, log, stalled }
}

t.test('WebSocket: nothing is read over what a slow reader has not taken yet', async t => {
  const { rig, id, log, stalled } = await startLogRig(t)
  const socket = dialLog(rig, id, {}, { codec: 'text' })
  await once(socket, 'open')
  socket.pause()
  await stalled()
  const got: Buffer[] = []
  socket.on('message', (data, isBinary) => isBinary && Buffer.isBuffer(data) && got.push(data))
  socket.resume()
  await once(socket, 'close')
  t.ok(Buffer.concat(got).equals(log))
})
