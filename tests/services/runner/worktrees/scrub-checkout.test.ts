import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { noteStamps, readStamps } from '../../../../services/runner/worktrees/directory-stamps.ts'
import { type IndexedDirectory, readGitIndex } from '../../../../services/runner/worktrees/git-index.ts'
import { isProven, scrubCheckout } from '../../../../services/runner/worktrees/scrub-checkout.ts'
import { until } from '../../../until.ts'
import { commit, git, type Tree } from '../rig.ts'

function checkout(t: Test, files: Tree) {
  const root = mkdtempSync(join(tmpdir(), 'scrub-'))
  t.teardown(() => rmSync(root, { recursive: true, force: true }))
  git(root, 'init', '--quiet', 'checkout')
  const directory = join(root, 'checkout')
  commit(directory, files)
  const index = join(root, 'index')
  renameSync(join(directory, '.git', 'index'), index)
  return { root, directory, index, fresh: join(root, 'fresh'), stamps: join(root, 'stamps') }
}

const pathsOf = ({ directories, files }: IndexedDirectory, prefix = ''): string[] => [
  ...[...files.keys()].map(name => prefix + name),
  ...[...directories].flatMap(([name, below]) => pathsOf(below, `${prefix}${name}/`)),
]

/** Notes the stamps of all `count` directories: of those that were touched just now, a moment later. */
const noteAll = (directory: string, index: string, stamps: string, count: number) =>
  until('all to be noted', () => {
    noteStamps(directory, readGitIndex(index), stamps)
    return readStamps(stamps).size === count
  })

t.test('an index is read as git lists it, whatever its names', t => {
  const files: Tree = { a: '', 'b/c/d': 'd', 'ü/ß': 'x' }
  for (let length = 1; length < 20; length++) files[`len/${'n'.repeat(length)}`] = 'n'
  const { directory, index } = checkout(t, files)
  // Longer than the length in an entry can tell. There can be no such file.
  const long = Array.from({ length: 20 }, () => 'y'.repeat(250)).join('/')
  renameSync(index, join(directory, '.git', 'index'))
  git(directory, 'update-index', '--add', '--cacheinfo', `100644,${'1'.repeat(40)},${long}`)
  const listed = git(directory, '-c', 'core.quotePath=false', 'ls-files').split('\n')
  renameSync(join(directory, '.git', 'index'), index)
  t.ok(listed.includes(long))
  t.same(pathsOf(readGitIndex(index)).sort(), listed.map(name => Buffer.from(name).toString('latin1')).sort())
  const entry = readGitIndex(index).directories.get('b')?.directories.get('c')?.files.get('d')
  const stat = lstatSync(join(directory, 'b/c/d'), { bigint: true })
  t.match(entry, {
    size: 1,
    mtimeNs: stat.mtimeNs,
    ctimeNs: stat.ctimeNs,
    ino: Number(stat.ino & 0xffffffffn),
  })
  t.end()
})

t.test('an index that is not whole, or of another kind, is refused', t => {
  const { root, directory, index } = checkout(t, { a: 'a' })
  const refused = (bytes: Buffer | string, message: RegExp) => {
    writeFileSync(join(root, 'spoilt'), bytes)
    t.throws(() => readGitIndex(join(root, 'spoilt')), { message })
  }
  refused('', /no index/)
  refused('x'.repeat(100), /no index/)
  const bytes = readFileSync(index)
  refused(bytes.subarray(0, -1), /damaged/)
  bytes.writeUInt8(bytes.readUInt8(40) ^ 1, 40)
  refused(bytes, /damaged/)
  git(directory, 'read-tree', 'HEAD')
  git(directory, 'update-index', '--index-version', '4')
  t.throws(() => readGitIndex(join(directory, '.git', 'index')), { message: /version 2/ })
  t.end()
})

t.test('a file is proven by inode, size, owner and times to the nanosecond, before it was handed out', t => {
  const { directory, index } = checkout(t, { a: 'a' })
  const stat = lstatSync(join(directory, 'a'), { bigint: true })
  const file = readGitIndex(index).files.get('a')
  if (file === undefined) throw new Error('it is not there')
  const since = stat.ctimeNs + 1n
  t.equal(isProven(stat, file, { since }), true)
  t.equal(
    isProven(stat, file, { since: stat.ctimeNs }),
    false,
    'changed in the moment in which it was handed out',
  )
  for (const name of ['ctimeNs', 'mtimeNs'] as const)
    t.equal(isProven(stat, { ...file, [name]: file[name] + 1n }, { since }), false, name)
  for (const name of ['ino', 'size', 'uid', 'gid'] as const)
    t.equal(isProven(stat, { ...file, [name]: file[name] + 1 }, { since }), false, name)
  t.end()
})

/** A file that was changed in the second in which it was checked out, and an index that was written when that was over. */
function changedWithinTheSecond(t: Test) {
  for (;;) {
    const made = checkout(t, { a: 'good\n', b: 'b\n' })
    const file = join(made.directory, 'a')
    const { atime, mtime, ctimeNs } = lstatSync(file, { bigint: true })
    const since = statSync(made.index, { bigint: true }).mtimeNs
    writeFileSync(file, 'evil\n')
    utimesSync(file, atime, mtime)
    utimesSync(made.index, mtime, new Date(mtime.getTime() + 10_000))
    const second = (instant: bigint) => instant / 1_000_000_000n
    if (second(lstatSync(file, { bigint: true }).ctimeNs) === second(ctimeNs)) return { ...made, since }
  }
}

t.test('a change that git does not see is taken out', t => {
  const { root, directory, index, fresh, since } = changedWithinTheSecond(t)
  renameSync(index, join(directory, '.git', 'index'))
  t.equal(git(directory, 'diff-files', '--name-only'), '', 'git believes it')
  renameSync(join(directory, '.git', 'index'), index)
  scrubCheckout(directory, { index: readGitIndex(index), since, stamps: new Map(), fresh })
  t.notOk(readdirSync(directory).includes('a'))
  t.same(readdirSync(root).sort(), ['checkout', 'index'])
  t.end()
})

t.test('what nobody has touched stays, to the inode, whatever the clock says', async t => {
  const { directory, index, fresh, stamps } = checkout(t, { a: 'a', 'dir/b': 'b', 'touched/c': 'c' })
  rmSync(join(directory, '.git'), { recursive: true })
  const inodes = () =>
    ['a', 'dir', 'dir/b', 'touched/c', 'touched'].map(name => lstatSync(join(directory, name)).ino)
  const before = inodes()
  await noteAll(directory, index, stamps, 2)
  chmodSync(join(directory, 'touched'), 0o777)
  chmodSync(join(directory, 'touched'), 0o755)
  // As if all that is done now were before the files were handed out: the clock was set back.
  const since = 1n << 62n
  scrubCheckout(directory, { index: readGitIndex(index), stamps: readStamps(stamps), since, fresh })
  const after = inodes()
  t.same(after.slice(0, -1), before.slice(0, -1))
  t.not(after.at(-1), before.at(-1), 'a directory may have rights that its mode does not show')
})

t.test('stamps of which nothing is known prove nothing', async t => {
  const { directory, index, stamps } = checkout(t, { 'dir/ü/b': 'b' })
  t.same(readStamps(stamps), new Map())
  await noteAll(directory, index, stamps, 2)
  t.same([...readStamps(stamps).keys()].sort(), ['dir', Buffer.from('dir/ü').toString('latin1')])
  const long = readFileSync(stamps)
  writeFileSync(stamps, long.subarray(0, 5))
  t.same(readStamps(stamps), new Map())
})
