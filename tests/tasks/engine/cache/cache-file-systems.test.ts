import { execFileSync } from 'node:child_process'
import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { CachePlace, filesIn, print, temporaryDirectory } from './cache-rig.ts'

type Owner = Parameters<typeof temporaryDirectory>[0]

/** A file system of its own, or the reason why there can be none here. */
function mounted(owner: Owner, options: string): { path: string } | { skip: string } {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return { skip: 'only root may mount' }
  const path = temporaryDirectory(owner)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path], { stdio: 'pipe' })
  } catch (error) {
    return { skip: `nothing may be mounted here: ${error}` }
  }
  owner.teardown(() => execFileSync('umount', ['-l', path]))
  return { path }
}

const full = mounted(t, 'size=2m')
t.test('a full disk', 'skip' in full ? full : {}, async t => {
  if ('skip' in full) return
  const root = temporaryDirectory(t)
  const at = new CachePlace(full.path, {}, root)
  await at.store(print('small'), { small: 'small' })

  for (const size of [3_000_000, 900_000]) {
    const names = ['a', 'b', 'c', 'd']
    const files = at.make(Object.fromEntries(names.map(name => [name, Buffer.alloc(size, name)])))
    const outputs = { fingerprint: print('big'), task: 'x', root, files, result: Buffer.of() }
    t.match(
      await at.cache.store(outputs),
      { kind: 'failed', why: /no space is left/ },
      `${size} bytes a file`,
    )
    t.equal(at.cache.has(print('big')), false)
    t.same(at.listing('temporary'), [])
  }
  t.equal((await at.cache.restore(print('small'), at)).kind, 'restored', 'what was there before is good')

  const before = filesIn(root)
  t.same(await at.cache.restore(print('small'), at).then(({ kind }) => kind), 'restored')
  writeFileSync(join(full.path, 'filler'), Buffer.alloc(4096))
  t.throws(
    () => {
      for (;;) writeFileSync(join(full.path, 'filler'), Buffer.alloc(4096), { flag: 'a' })
    },
    { code: 'ENOSPC' },
  )
  t.match(await at.cache.restore(print('small'), at), { kind: 'failed', why: /no space is left/ })
  t.same(filesIn(root), before, 'no output was touched')
  t.same(at.listing('temporary'), [])
  t.equal(at.cache.has(print('small')), true, 'the entry is good')
})

const elsewhere = mounted(t, 'size=50m')
t.test('a cache on another file system than the root', 'skip' in elsewhere ? elsewhere : {}, async t => {
  if ('skip' in elsewhere) return
  const at = new CachePlace(temporaryDirectory(t), {}, join(elsewhere.path, 'root'))
  const tree = {
    'out/a': 'a',
    'out/run': { content: 'run', mode: 0o755 },
    'out/big': Buffer.alloc(1_500_000, 'big'),
    'out/link': { link: 'a' },
  }
  const files = await at.store(print('a'), tree)
  at.make({ 'out/a': 'edited', 'out/.task-restored-of-one-that-was-killed': 'left', 'out/mine': 'mine' })
  const past = new Date(Date.now() - 7_200_000)
  utimesSync(join(at.root, 'out/.task-restored-of-one-that-was-killed'), past, past)
  t.match(await at.cache.restore(print('a'), at), { kind: 'restored', files })
  t.equal(readFileSync(join(at.root, 'out/a'), 'utf8'), 'a')
  t.equal(statSync(join(at.root, 'out/run')).mode & 0o777, 0o755)
  t.same(
    filesIn(at.root).map(({ path }) => path),
    ['out', 'out/a', 'out/big', 'out/link', 'out/mine', 'out/run'],
  )
  t.same(at.listing('temporary'), [])
})

t.test('a large output takes no memory of its size', async t => {
  const at = new CachePlace(temporaryDirectory(t))
  const size = 20 * 1024 * 1024
  const content = Buffer.alloc(size, 'random enough')
  const files = at.make({ big: content })
  const program = `
    import { OutputCache } from ${JSON.stringify(import.meta.resolve('../../../../tasks/engine/cache/output-cache.ts'))}
    const [directory, root, files] = process.argv.slice(1)
    const cache = new OutputCache(directory)
    const use = async (fingerprint, list) => {
      const outputs = { fingerprint, task: 'x', root, files: list, result: Buffer.of() }
      const stored = await cache.store(outputs)
      const restored = await cache.restore(fingerprint, { root })
      if (stored.kind !== 'stored' || restored.kind !== 'restored') throw new Error('not cached')
    }
    await use('nothing-yet', [])
    const before = process.resourceUsage().maxRSS
    await use('the-large-one', JSON.parse(files))
    console.log(process.resourceUsage().maxRSS - before)
  `
  const args = ['--input-type=module', '-e', program, at.directory, at.root, JSON.stringify(files)]
  const kibibytes = Number(execFileSync(process.execPath, args, { encoding: 'utf8' }))
  t.comment(`${kibibytes} KiB more at the peak`)
  t.ok(kibibytes < 10 * 1024)
  t.ok(content.equals(readFileSync(join(at.root, 'big'))))
  t.same(at.listing('temporary'), [])
})
