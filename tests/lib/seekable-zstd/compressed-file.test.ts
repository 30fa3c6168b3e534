import { randomBytes, randomInt } from 'node:crypto'
import { readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { writeAtomically } from '../../../lib/atomic-file.ts'
import { compressed } from '../../../lib/seekable-zstd/compress.ts'
import { CompressedFile, DamagedFileError } from '../../../lib/seekable-zstd/compressed-file.ts'

const blockSize = 4_096

async function* blocksOf(content: Buffer) {
  for (let at = 0; at < content.length; at += blockSize) yield content.subarray(at, at + blockSize)
}

async function compressedFile(t: Test, content: Buffer) {
  const path = join(t.testdir(), 'log.zst')
  await writeAtomically(path, compressed(blocksOf(content)))
  return path
}

/** Half of it can be compressed, half of it cannot. */
const mixed = (length: number): Buffer =>
  Buffer.concat(
    Array.from({ length: Math.ceil(length / 1_000) }, (_, index) =>
      index % 2 === 0 ? randomBytes(1_000) : Buffer.alloc(1_000, `line ${index}\n`),
    ),
  ).subarray(0, length)

t.test('any part of it is what was written, whatever the length', async t => {
  for (const length of [0, 1, blockSize - 1, blockSize, blockSize + 1, 10 * blockSize, 70_001]) {
    const content = mixed(length)
    const path = await compressedFile(t, content)
    await using file = await CompressedFile.open(path)
    if (file === undefined) throw new Error('it is there')
    t.equal(file.size, length)
    for (let i = 0; i < 60; i++) {
      const position = randomInt(length + 10)
      const wanted = randomInt(3 * blockSize)
      const read = await file.read(position, wanted)
      t.ok(
        read.equals(content.subarray(position, position + wanted)),
        `${wanted} at ${position} of ${length}`,
      )
    }
  }
})

t.test("what was read is the reader's own", async t => {
  await using file = await CompressedFile.open(await compressedFile(t, Buffer.from('abcdef')))
  const first = await file?.read(0, 6)
  first?.fill('*')
  t.equal(`${await file?.read(0, 6)}`, 'abcdef')
})

t.test('readers that ask at once are told the same', async t => {
  const content = mixed(50_000)
  await using file = await CompressedFile.open(await compressedFile(t, content))
  const places = Array.from({ length: 50 }, () => randomInt(49_000))
  const read = await Promise.all(places.map(place => file?.read(place, 1_000)))
  for (const [index, place] of places.entries())
    t.ok(read[index]?.equals(content.subarray(place, place + 1_000)))
})

t.test('a byte that is another one is noticed, wherever it is', async t => {
  const content = mixed(30_000)
  const path = await compressedFile(t, content)
  const whole = readFileSync(path)
  const read = async () => {
    await using file = await CompressedFile.open(path)
    return await file?.read(0, content.length)
  }
  t.ok((await read())?.equals(content))
  let noticed = 0
  for (let i = 0; i < 300; i++) {
    const damaged = Buffer.from(whole)
    const place = i < 100 ? whole.length - 1 - i : randomInt(whole.length)
    damaged[place] = (damaged[place] ?? 0) ^ (1 << randomInt(8))
    writeFileSync(path, damaged)
    try {
      // A bit that nothing depends on, such as one of the header that is not used, may be another.
      if (!(await read())?.equals(content)) t.fail(`byte ${place} gave other bytes`)
    } catch (error) {
      if (!(error instanceof DamagedFileError)) throw error
      t.ok(error.message.includes(path))
      noticed++
    }
  }
  t.ok(noticed > 280, `${noticed} of 300`)
})

t.test('one that was cut is noticed, however much is missing', async t => {
  const path = await compressedFile(t, mixed(20_000))
  for (let size = readFileSync(path).length - 1; size > 0; size = Math.floor(size * 0.7)) {
    truncateSync(path, size)
    await t.rejects(CompressedFile.open(path), DamagedFileError)
  }
})

t.test('one that is not there is none', async t => {
  t.equal(await CompressedFile.open(join(t.testdir(), 'nothing')), undefined)
})
