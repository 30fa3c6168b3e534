import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { CachePlace, filesIn, hash, print, temporaryDirectory } from './cache-rig.ts'

const big = Buffer.alloc(1_500_000, 'big')

async function filled(owner: Parameters<typeof temporaryDirectory>[0]): Promise<CachePlace> {
  const at = new CachePlace(temporaryDirectory(owner))
  await at.store(
    print('a'),
    { first: 'first', small: 'small', big, link: { link: 'small' } },
    'x'.repeat(20_000),
  )
  at.clear()
  at.make({ first: 'as it was', small: 'as it was' })
  return at
}

/** Written as the cache would write it, with any content. */
function forge(at: CachePlace, fingerprint: string, fields: object): void {
  const result = { kind: 'inline', base64: '' }
  const body = JSON.stringify({ format: 1, fingerprint, task: 'x', result, files: [], ...fields }).slice(1)
  writeFileSync(at.entry(fingerprint), `{"checksum":"${hash(body)}",${body}`)
}

const contents = { small: 'small', big, 'the text of a link': 'small', 'a result': 'x'.repeat(20_000) }
const harms: Record<string, (path: string) => void> = {
  missing: path => unlinkSync(path),
  truncated: path => truncateSync(path, 3),
  longer: path => writeFileSync(path, 'and more', { flag: 'a' }),
  'changed in its size': path => writeFileSync(path, Buffer.alloc(readFileSync(path).length, '?')),
  'a directory': path => {
    unlinkSync(path)
    mkdirSync(path)
    writeFileSync(join(path, 'file'), '')
  },
  'a link': path => {
    const copy = `${path}.copy`
    writeFileSync(copy, readFileSync(path))
    unlinkSync(path)
    symlinkSync(copy, path)
  },
  'a pipe': path => {
    unlinkSync(path)
    execFileSync('mkfifo', [path])
  },
}

for (const [harm, make] of Object.entries(harms))
  t.test(`an object that is ${harm} is told, removed, and nothing is restored`, async t => {
    for (const [what, content] of Object.entries(contents)) {
      const at = await filled(t)
      const before = filesIn(at.root)
      const path = at.object(content)
      make(path)
      t.same(await at.cache.restore(print('a'), at), { kind: 'damaged', path }, what)
      t.same(filesIn(at.root), before, 'no output was touched')
      t.notOk(existsSync(path))
      t.same(at.listing('temporary'), [])
      t.same(await at.cache.restore(print('a'), at), { kind: 'miss' })
      await at.store(print('a'), { small: 'small', big })
      t.equal((await at.cache.restore(print('a'), at)).kind, 'restored', 'and it can be stored again')
    }
  })

t.test('a manifest that is not as it was written is told and removed', async t => {
  const spoil: Record<string, (path: string) => void> = {
    ...harms,
    'one bit': path => {
      const bytes = readFileSync(path)
      bytes.writeUInt8(bytes.readUInt8(bytes.length - 30) ^ 1, bytes.length - 30)
      writeFileSync(path, bytes)
    },
    'no JSON': path => writeFileSync(path, 'nonsense'),
    empty: path => truncateSync(path, 0),
  }
  const { missing: _, ...rest } = spoil
  for (const [how, make] of Object.entries(rest)) {
    const at = await filled(t)
    const path = at.entry(print('a'))
    make(path)
    t.same(await at.cache.restore(print('a'), at), { kind: 'damaged', path }, how)
    t.same(await at.cache.restore(print('a'), at), { kind: 'miss' })
  }
})

t.test('a manifest with a checksum that fits is still not believed', async t => {
  const file = { path: 'a', kind: 'file', mode: 0o644, size: 5, digest: hash('small') }
  const result = { kind: 'object', size: 1, digest: hash('x') }
  const forged: Record<string, object> = {
    'another format': { format: 2 },
    'of another fingerprint': { fingerprint: print('b') },
    'a path that leads out': { files: [{ ...file, path: '../escaped' }] },
    'a path that leads out later': { files: [{ ...file, path: 'a/../../escaped' }] },
    'an absolute path': { files: [{ ...file, path: '/tmp/escaped' }] },
    'through a link of its own': {
      files: [
        { ...file, path: 'out', kind: 'link' },
        { ...file, path: 'out/escaped' },
      ],
    },
    'a digest that is a path': { files: [{ ...file, digest: '../../../../etc/passwd' }] },
    'a result that is a path': { result: { ...result, digest: '../../../../etc/passwd' } },
    'a mode of root': { files: [{ ...file, mode: 0o4755 }] },
    'a kind that there is not': { files: [{ ...file, kind: 'socket' }] },
    'a size that is none': { files: [{ ...file, size: -1 }] },
    'files that are none': { files: [null] },
    'no files': { files: {} },
    'no result': { result: null },
    'no task': { task: 7 },
  }
  for (const [what, fields] of Object.entries(forged)) {
    const at = await filled(t)
    const before = filesIn(at.root)
    forge(at, print('a'), fields)
    t.same(await at.cache.restore(print('a'), at), { kind: 'damaged', path: at.entry(print('a')) }, what)
    t.same(filesIn(at.root), before)
    t.notOk(existsSync(join(at.root, '..', 'escaped')))
  }
})

t.test('nothing is written or removed through a link that leads out of the root', async t => {
  const at = new CachePlace(temporaryDirectory(t))
  const outside = temporaryDirectory(t)
  writeFileSync(join(outside, 'file'), 'untouched')
  await at.store(print('a'), { first: 'first', 'out/deep/file': 'cached', 'out/file': 'cached' })
  at.clear()
  symlinkSync(outside, join(at.root, 'out'))
  t.match(await at.cache.restore(print('a'), at), {
    kind: 'failed',
    why: /^out is a link that leads out of /,
  })
  await at.store(print('b'), { first: 'first' })
  t.match(await at.cache.restore(print('b'), { root: at.root, stale: ['out/file'] }), { kind: 'failed' })
  t.match(await at.cache.restore(print('b'), { root: at.root, stale: ['../cache'] }), { kind: 'failed' })
  t.same(filesIn(outside).length, 1)
  t.equal(readFileSync(join(outside, 'file'), 'utf8'), 'untouched')

  const gone = await at.cache.restore(print('a'), { root: at.root, stale: ['out'] })
  t.equal(gone.kind, 'restored', 'a link that is stale itself goes before anything is written')
  t.equal(readFileSync(join(outside, 'file'), 'utf8'), 'untouched')
})

t.test('a link to another directory of the root is what its owner made it', async t => {
  const at = new CachePlace(temporaryDirectory(t))
  await at.store(print('a'), { 'out/file': 'cached' })
  at.clear()
  mkdirSync(join(at.root, 'real'))
  symlinkSync('real', join(at.root, 'out'))
  t.equal((await at.cache.restore(print('a'), at)).kind, 'restored')
  t.equal(readFileSync(join(at.root, 'real/file'), 'utf8'), 'cached')
})

t.test('an output of another kind that is not empty stays, and is named', async t => {
  const at = new CachePlace(temporaryDirectory(t))
  await at.store(print('a'), { out: 'a file' })
  at.clear()
  at.make({ 'out/mine': 'not an output' })
  t.match(await at.cache.restore(print('a'), at), { kind: 'failed', why: /out/ })
  t.same(filesIn(at.root).length, 2)
  t.same(at.listing('temporary'), [])
})
