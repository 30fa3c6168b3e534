import t from 'tap'
import { LiveStream } from '../../../services/api/logs/live-stream.ts'
import { commandId } from '../../../services/contract/ids.ts'

/** A log that is there as a whole. */
const log = (bytes: Buffer) => ({
  end: async () => bytes.length,
  read: async (position: number, length: number) => bytes.subarray(position, position + length),
  [Symbol.asyncDispose]: async () => undefined,
})

t.test('what is held back is told once it is known to be the last, also without another look', async t => {
  const bytes = Buffer.from([0x61, 0xe2, 0x82])
  const stream = new LiveStream(commandId.create(), 'stdout', log(bytes))
  const end = await stream.end(undefined)
  t.match(await stream.chunkAt(0, end, false), { offset: 0, data: Buffer.from('a') })
  // The read that is under way when the look tells of the end knows nothing of it.
  const [before, after] = await Promise.all([stream.chunkAt(1, end, false), stream.chunkAt(1, end, true)])
  t.equal(before, undefined)
  t.match(after, { offset: 1, data: bytes.subarray(1) })
})

t.test('what was read in vain is not read again before the next look', async t => {
  let reads = 0
  const bytes = Buffer.from([0xe2])
  const stream = new LiveStream(commandId.create(), 'stdout', {
    ...log(bytes),
    read: async () => {
      reads++
      return bytes
    },
  })
  await stream.end(undefined)
  for (let i = 0; i < 3; i++) t.equal(await stream.chunkAt(0, 1, false), undefined)
  t.equal(reads, 1)
  await stream.end(undefined)
  await stream.chunkAt(0, 1, false)
  t.equal(reads, 2)
})
