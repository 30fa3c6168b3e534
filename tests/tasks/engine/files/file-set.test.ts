import t from 'tap'
import type { FileLook } from '../../../../tasks/engine/files/file-look.ts'
import { FileSet } from '../../../../tasks/engine/files/file-set.ts'

const look: FileLook = {
  size: 3,
  mtimeMs: 1_700_000_000_123.5,
  ctimeMs: 1_700_000_000_456.25,
  ino: 42,
  kind: 'file',
}
const digest = 'ab'.repeat(32)
const setOf = (look: FileLook, readAfterMs: number) =>
  FileSet.of([{ path: 'a/é.txt', look, digest }], Math.max(look.mtimeMs, look.ctimeMs) + readAfterMs)

t.test('a set comes back from its bytes, wherever these lie in a buffer', async t => {
  const files = ['a', 'b c', 'é\n'].map((path, i) => ({
    path,
    look: { ...look, ino: i },
    digest: `${i}0`.repeat(32),
  }))
  const { bytes } = FileSet.of(files, look.ctimeMs + 10_000)
  for (const offset of [0, 1, 7, 8]) {
    const buffer = new Uint8Array(bytes.length + 16)
    buffer.set(bytes, offset)
    const read = FileSet.read(buffer.subarray(offset, offset + bytes.length))
    t.same(read?.paths, ['a', 'b c', 'é\n'])
    for (const [i, { look, digest }] of files.entries()) {
      t.ok(read?.isSame(i, look))
      t.equal(read?.digestAt(i), digest)
      t.equal(read?.kindAt(i), 'file')
    }
    t.ok(read?.hasPaths(['a', 'b c', 'é\n']))
    t.notOk(read?.hasPaths(['a', 'é\n', 'b c']))
  }
  t.same(FileSet.read(FileSet.of([], 0).bytes)?.paths, [])
})

t.test('bytes that are no set are none', async t => {
  const { bytes } = setOf(look, 10_000)
  t.equal(FileSet.read(bytes.subarray(0, 4)), undefined)
  t.equal(FileSet.read(bytes.subarray(0, 40)), undefined)
  const other = bytes.slice()
  other[0] = 9
  t.equal(FileSet.read(other), undefined)
})

t.test('each part of a look counts', async t => {
  const set = setOf(look, 10_000)
  t.ok(set.isSame(0, { ...look }))
  const others: readonly Partial<FileLook>[] = [
    { size: 4 },
    { mtimeMs: look.mtimeMs + 0.25 },
    { ctimeMs: look.ctimeMs + 0.25 },
    { ino: 43 },
    { kind: 'executable' },
  ]
  for (const other of others) t.notOk(set.isSame(0, { ...look, ...other }), JSON.stringify(other))
})

t.test(
  'a look that was taken right after a change is equal to none: another change might not show in it',
  async t => {
    t.notOk(setOf(look, 0).isSame(0, look))
    t.notOk(setOf(look, 20).isSame(0, look))
    t.ok(setOf(look, 30).isSame(0, look))
    t.notOk(setOf(look, -5_000).isSame(0, look), 'nor is one of the future')
    const coarse = { ...look, mtimeMs: 1_700_000_000_000, ctimeMs: 1_700_000_001_000 }
    t.notOk(setOf(coarse, 2_000).isSame(0, coarse), 'where times are whole seconds, for longer')
    t.ok(setOf(coarse, 3_000).isSame(0, coarse))
  },
)
