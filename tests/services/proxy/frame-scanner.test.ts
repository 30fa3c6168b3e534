import t from 'tap'
import { FrameScanner, goingAway } from '../../../services/proxy/frame-scanner.ts'

const frame = (length: number, masked: boolean): Buffer => {
  const mask = masked ? 0x80 : 0
  const size =
    length < 126 ? [mask | length] : length < 65_536 ? [mask | 126, length >> 8, length & 255] : undefined
  const long = Buffer.alloc(9)
  long[0] = mask | 127
  long.writeBigUInt64BE(BigInt(length), 1)
  const key = Buffer.alloc(masked ? 4 : 0, 0xff)
  return Buffer.concat([
    Buffer.from([0x82]),
    size === undefined ? long : Buffer.from(size),
    key,
    Buffer.alloc(length, 0x81),
  ])
}

const lengths = [0, 1, 125, 126, 300, 65_535, 65_536, 70_000]

t.test('a boundary is where a frame ends, however its bytes are cut', t => {
  for (const masked of [false, true])
    for (const step of [1, 3, 1000, 100_000]) {
      const scanner = new FrameScanner()
      for (const length of lengths) {
        const bytes = frame(length, masked)
        for (let at = 0; at < bytes.length - 1; at += step) {
          scanner.push(bytes.subarray(at, Math.min(at + step, bytes.length - 1)))
          if (scanner.atBoundary) t.fail(`inside a frame of ${length}`)
        }
        scanner.push(bytes.subarray(-1))
        t.ok(scanner.atBoundary, `after a frame of ${length}, ${step} at a time`)
      }
    }
  t.end()
})

t.test('several frames in one chunk', t => {
  const scanner = new FrameScanner()
  const all = Buffer.concat(lengths.map(length => frame(length, false)))
  scanner.push(all.subarray(0, -1))
  t.notOk(scanner.atBoundary)
  scanner.push(all.subarray(-1))
  t.ok(scanner.atBoundary)
  t.end()
})

t.test('a farewell is one whole frame', t => {
  const scanner = new FrameScanner()
  const bytes = goingAway('because')
  scanner.push(bytes)
  t.ok(scanner.atBoundary)
  t.equal(bytes.readUInt16BE(2), 1001)
  t.equal(bytes.subarray(4).toString(), 'because')
  t.end()
})
