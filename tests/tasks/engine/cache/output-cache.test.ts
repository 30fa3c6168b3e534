import {
  chmodSync,
  existsSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { CachePlace, fileOf, filesIn, hash, print, type Tree, temporaryDirectory } from './cache-rig.ts'

const place = (owner: Parameters<typeof temporaryDirectory>[0]) => new CachePlace(temporaryDirectory(owner))
const stale = (files: readonly { readonly path: string }[]) => files.map(({ path }) => path)

const everyKind: Tree = {
  'dist/a.js': 'content of a',
  'dist/bin/run': { content: '#!/bin/sh\n', mode: 0o755 },
  'dist/private': { content: 'secret', mode: 0o600 },
  'dist/read-only': { content: 'fixed', mode: 0o444 },
  'dist/nothing': '',
  'dist/bytes': Uint8Array.from({ length: 256 }, (_, index) => index),
  'dist/link': { link: 'a.js' },
  'dist/dangling': { link: '../../no/where' },
  'dist/empty': { directory: 0o755 },
  'dist/closed': { directory: 0o555 },
  'dist/closed/inside': 'below a directory that takes no files',
}

t.test('what was stored comes back: content, modes, links, empty directories, result', async t => {
  const at = place(t)
  t.equal(at.cache.has(print('a')), false)
  t.same(await at.cache.restore(print('a'), at), { kind: 'miss' })
  t.notOk(existsSync(at.directory), 'asking makes nothing')
  const files = await at.store(print('a'), everyKind, 'the result')
  t.equal(at.cache.has(print('a')), true)
  const before = filesIn(at.root)
  at.clear()
  const restored = await at.cache.restore(print('a'), at)
  t.match(restored, { kind: 'restored', files })
  t.equal(restored.kind === 'restored' && Buffer.from(restored.result).toString(), 'the result')
  t.same(
    filesIn(at.root).filter(({ path }) => path !== 'dist' && path !== 'dist/bin'),
    before.filter(({ path }) => path !== 'dist' && path !== 'dist/bin'),
  )
  t.same(at.listing('temporary'), [])
})

t.test('names may be odd', async t => {
  const at = place(t)
  const names = [
    'with blank',
    'line\nbreak',
    'ünïcödé ☃',
    '-rf',
    ' ',
    '...',
    '"quoted"',
    'back\\slash',
    '*',
    '__proto__',
  ]
  await at.store(print('odd'), Object.fromEntries(names.map(name => [`out/${name}`, `of ${name}`])))
  at.clear()
  t.match(await at.cache.restore(print('odd'), at), { kind: 'restored' })
  for (const name of names) t.equal(readFileSync(join(at.root, 'out', name), 'utf8'), `of ${name}`)
})

t.test('outputs that differ are replaced, stale ones removed, others left alone', async t => {
  const at = place(t)
  await at.store(print('one'), { 'out/a': 'a 1', 'out/b': 'b 1', 'out/c/d': 'd 1' })
  const files = await at.store(print('two'), {
    'out/a': 'a 2',
    'out/new/e': 'e 2',
    'out/new': { directory: 0o755 },
  })
  writeFileSync(join(at.root, 'out/mine'), 'not an output')
  const restored = await at.cache.restore(print('one'), { root: at.root, stale: stale(files) })
  t.equal(restored.kind, 'restored')
  t.same(stale(filesIn(at.root)), ['out', 'out/a', 'out/b', 'out/c', 'out/c/d', 'out/mine'])
  t.equal(readFileSync(join(at.root, 'out/a'), 'utf8'), 'a 1')
})

t.test('an output may change its kind', async t => {
  const kinds: Record<string, Tree> = {
    file: { out: 'a file' },
    link: { out: { link: 'elsewhere' } },
    directory: { out: { directory: 0o755 } },
    full: { out: { directory: 0o755 }, 'out/in': 'below' },
  }
  for (const [from, before] of Object.entries(kinds))
    for (const [to, after] of Object.entries(kinds)) {
      const at = place(t)
      const old = await at.store(print('before'), before)
      at.clear()
      const files = await at.store(print('after'), after)
      at.clear()
      await at.cache.restore(print('before'), at)
      const restored = await at.cache.restore(print('after'), { root: at.root, stale: stale(old) })
      t.equal(restored.kind, 'restored', `${from} becomes ${to}`)
      t.same(filesIn(at.root), files, `${from} becomes ${to}`)
    }
})

t.test('content is kept once, for its owner alone', async t => {
  const at = place(t)
  await at.store(print('one'), { a: 'same', b: 'same', c: { content: 'same', mode: 0o755 } })
  await at.store(print('two'), { d: 'same' })
  t.same(at.listing('objects'), [at.object('same')])
  t.equal(statSync(at.object('same')).mode & 0o777, 0o600)
  t.equal(statSync(at.entry(print('one'))).mode & 0o777, 0o600)
  for (const directory of ['', 'objects', 'entries', 'temporary'])
    t.equal(statSync(join(at.directory, directory)).mode & 0o777, 0o700)
  at.clear()
  await at.cache.restore(print('one'), at)
  t.equal(statSync(join(at.root, 'c')).mode & 0o777, 0o755)
  writeFileSync(join(at.root, 'a'), 'edited')
  await at.cache.restore(print('two'), at)
  t.equal(readFileSync(join(at.root, 'd'), 'utf8'), 'same', 'an output is never the object itself')
})

t.test('a result may be empty, small or large', async t => {
  const at = place(t)
  for (const size of [0, 1, 16 * 1024, 16 * 1024 + 1, 3_000_000]) {
    const result = Buffer.alloc(size, `of ${size} bytes`)
    const stored = await at.cache.store({
      fingerprint: print(`${size}`),
      task: 'x',
      root: at.root,
      files: [],
      result,
    })
    t.same(stored, { kind: 'stored' })
    const restored = await at.cache.restore(print(`${size}`), at)
    t.ok(restored.kind === 'restored' && result.equals(restored.result), `${size} bytes`)
  }
})

t.test('what no longer is what its digest says is not stored', async t => {
  const at = place(t)
  const big = Buffer.alloc(1_500_000, 'big')
  const files = at.make({ a: 'first', b: 'second', big, link: { link: 'a' } })
  const changes: Record<string, () => void> = {
    'a, of the same size': () => writeFileSync(join(at.root, 'a'), 'fifth'),
    'a, longer': () => writeFileSync(join(at.root, 'a'), 'longer than before'),
    'a, gone': () => unlinkSync(join(at.root, 'a')),
    'a, a link to the same content': () => {
      writeFileSync(join(at.root, 'copy'), 'first')
      unlinkSync(join(at.root, 'a'))
      symlinkSync('copy', join(at.root, 'a'))
    },
    'link, to another file': () => {
      unlinkSync(join(at.root, 'link'))
      symlinkSync('b', join(at.root, 'link'))
    },
    'link, a file': () => {
      unlinkSync(join(at.root, 'link'))
      writeFileSync(join(at.root, 'link'), 'a')
    },
    'big, of the same size': () => writeFileSync(join(at.root, 'big'), Buffer.alloc(1_500_000, 'BIG')),
    'big, gone': () => unlinkSync(join(at.root, 'big')),
  }
  for (const [change, make] of Object.entries(changes)) {
    rmSync(at.directory, { recursive: true, force: true })
    at.clear()
    at.make({ a: 'first', b: 'second', big, link: { link: 'a' } })
    make()
    const outputs = { fingerprint: print('x'), task: 'x', root: at.root, files, result: Buffer.of() }
    const [name = ''] = change.split(',')
    t.same(
      await at.cache.store(outputs),
      { kind: 'failed', why: `${name} changed while it was stored` },
      change,
    )
    t.equal(at.cache.has(print('x')), false)
    t.same(at.listing('temporary'), [])
  }
})

t.test('lists of files that no task can have made are refused', async t => {
  const at = place(t)
  const [file] = at.make({ a: 'content' })
  if (file === undefined) throw new Error('no file')
  const lists: [why: RegExp, files: Parameters<typeof at.cache.store>[0]['files']][] = [
    [/no path below/, [{ ...file, path: '../a' }]],
    [/no path below/, [{ ...file, path: '/a' }]],
    [/no path below/, [{ ...file, path: 'b//a' }]],
    [/no path below/, [{ ...file, path: './a' }]],
    [/no path below/, [{ ...file, path: '' }]],
    [/no path below/, [{ ...file, path: 'a\0' }]],
    [/twice/, [file, file]],
    [/digest/, [{ ...file, digest: '../../x' }]],
    [/size/, [{ ...file, size: -1 }]],
    [/below "a"/, [file, { ...file, path: 'a/b/c' }]],
    [
      /below "l"/,
      [
        { ...file, path: 'l/b' },
        { ...file, kind: 'link', path: 'l' },
      ],
    ],
  ]
  for (const [why, files] of lists) {
    const outputs = { fingerprint: print('x'), task: 'x', root: at.root, files, result: Buffer.of() }
    t.match(await at.cache.store(outputs), { kind: 'failed', why })
  }
  t.throws(() => at.cache.has('../../etc/passwd'), TypeError)
})

t.test('what is forgotten is a miss', async t => {
  const at = place(t)
  await at.store(print('a'), { a: 'a' })
  at.cache.forget(print('a'))
  at.cache.forget(print('never stored'))
  t.equal(at.cache.has(print('a')), false)
  t.same(await at.cache.restore(print('a'), at), { kind: 'miss' })
})

t.test('permissions that nobody should get out of a cache are left behind', async t => {
  const at = place(t)
  at.make({ a: 'a' })
  chmodSync(join(at.root, 'a'), 0o4755)
  const files = [{ ...fileOf(at.root, 'a'), mode: 0o104755 }]
  await at.cache.store({ fingerprint: print('a'), task: 'x', root: at.root, files, result: Buffer.of() })
  await at.cache.restore(print('a'), at)
  t.equal(statSync(join(at.root, 'a')).mode & 0o7777, 0o755)
  t.equal(fileOf(at.root, 'a').digest, hash('a'))
})
