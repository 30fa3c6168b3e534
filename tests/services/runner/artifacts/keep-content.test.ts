import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { keepContent } from '../../../../services/runner/artifacts/keep-content.ts'

const allowed = { most: 1_000_000, inTime: () => true, permit: () => undefined }

/** One that always has more to read than it said; it is an error to read it more than so often. */
const growing = (atMost: number) => {
  let reads = 0
  return {
    stat: async () => ({ size: 1 }),
    read: async (buffer: Buffer) => {
      if (++reads > atMost) throw new Error('it was read on')
      return { bytesRead: buffer.length }
    },
  } as unknown as FileHandle
}

t.test('a file is kept whole under its hash, or not at all', async t => {
  const directory = t.testdir({ source: 'what it says' })
  const kept = join(directory, 'kept')
  await using source = await open(join(directory, 'source'))
  const sha256 = createHash('sha256').update('what it says').digest('hex')
  const path = join(kept, sha256)
  t.same(await keepContent(source, kept, allowed), { ok: true, sha256, bytes: 12, path })
  t.equal(readFileSync(path, 'utf8'), 'what it says')

  const refusals = [
    [source, { ...allowed, most: 11 }, 'too_large'],
    [source, { ...allowed, inTime: () => false }, 'late'],
    [growing(10), allowed, 'too_large'],
  ] as const
  for (const [from, limits, reason] of refusals)
    t.same(await keepContent(from, kept, limits), { ok: false, reason })
  const permit = () => {
    throw new Error('not any more')
  }
  await t.rejects(keepContent(source, kept, { ...allowed, permit }), { message: 'not any more' })
  t.same(readdirSync(kept), [sha256], 'no draft is left')
})
