import { promisify } from 'node:util'
import { constants, zstdCompress } from 'node:zlib'
import { type Frame, seekTable } from './seek-table.ts'

const compressFrame = promisify(zstdCompress)

/** With a checksum of the plain bytes in each frame: what is damaged is noticed. */
const params = { [constants.ZSTD_c_checksumFlag]: 1 }

/**
 * The blocks as a file in the seekable format, each a frame of its own. All but the last have to be of one length, for a
 * reader finds the frame of a byte by dividing.
 */
export async function* compressed(blocks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const frames: Frame[] = []
  for await (const block of blocks) {
    const frame = await compressFrame(block, { params })
    frames.push({ compressed: frame.length, plain: block.length })
    yield frame
  }
  yield seekTable(frames)
}
