import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, lstat, mkdir, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import type { Io } from '../../../client/cli/io.ts'
import { packWorkingTree } from '../../../client/cli/working-tree/pack.ts'
import { git } from '../git.ts'
import { session } from '../samples.ts'
import { standIn } from '../stand-in-server.ts'
import { at, cli, temporary } from './rig.ts'

// Dozens of runs of git, on a machine that may be busy.
t.setTimeout(240_000)

type Place = Pick<Io, 'directory' | 'signal'> & { readonly environment: Record<string, string> }

const environment = (home: string) => ({ PATH: process.env.PATH ?? '', HOME: home, GIT_CONFIG_NOSYSTEM: '1' })
const ask = (directory: string, ...args: string[]): string =>
  execFileSync('git', args, { cwd: directory, env: environment(directory), encoding: 'utf8' }).trim()

/** A repository with one commit of every kind of file. */
async function repository(t: Parameters<typeof temporary>[0]): Promise<{ top: string; place: Place }> {
  const top = join(await temporary(t), 'repo')
  await mkdir(join(top, 'deep'), { recursive: true })
  git(top, 'init', '--quiet', '--template=', '--initial-branch', 'main')
  for (const [name, content] of [
    ['kept.txt', 'one\ntwo\n'],
    ['deep/gone.txt', 'gone\n'],
    ['image.bin', Buffer.from([0, 1, 2, 255])],
    ['latin.txt', Buffer.from('caf\xe9\n', 'latin1')],
    ['odd "name" ü\t.txt', Buffer.from('\xe9\n', 'latin1')],
    ['run.sh', '#!/bin/sh\n'],
    ['.gitignore', 'ignored/\n*.log\n'],
    ['kept.log', 'tracked although ignored\n'],
  ] as const)
    await writeFile(join(top, name), content)
  git(top, 'add', '--all', '--force')
  git(top, 'commit', '--quiet', '--message', 'first')
  const signal = new AbortController().signal
  return { top, place: { environment: environment(top), directory: join(top, 'deep'), signal } }
}

const pack = (place: Place, commit?: string) => packWorkingTree(place as Io, commit)

/** Every file below a directory but those of git, with mode and content. */
async function filesOf(top: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {}
  for (const path of (await readdir(top, { recursive: true })).sort()) {
    if (/^\.git(?:\/|$)|^ignored|\.log$/.test(path) && path !== 'kept.log') continue
    const file = await lstat(join(top, path))
    if (file.isSymbolicLink()) files[path] = `link ${await readlink(join(top, path))}`
    else if (file.isFile())
      files[path] = `${(file.mode & 0o100) === 0 ? '' : 'x '}${await readFile(join(top, path), 'hex')}`
  }
  return files
}

/** What stands in the repository itself: no byte of it may change. */
async function digest(top: string): Promise<string> {
  const hash = createHash('sha256')
  for (const path of (await readdir(join(top, '.git'), { recursive: true })).sort()) {
    const file = await lstat(join(top, '.git', path))
    hash.update(`${path} ${file.isFile() ? await readFile(join(top, '.git', path), 'hex') : ''}\n`)
  }
  return hash.digest('hex')
}

async function change(top: string): Promise<void> {
  await writeFile(join(top, 'kept.txt'), 'one\n2\n')
  await writeFile(join(top, 'staged.txt'), 'staged\n')
  git(top, 'add', 'staged.txt')
  await writeFile(join(top, 'staged.txt'), 'staged, and changed since\n')
  await rm(join(top, 'deep/gone.txt'))
  await writeFile(join(top, 'image.bin'), Buffer.from([0, 9, 9, 255]))
  await writeFile(join(top, 'latin.txt'), Buffer.from('caf\xe9, na\xefve\n', 'latin1'))
  await writeFile(join(top, 'odd "name" ü\t.txt'), Buffer.from('\xe9\xe8\n', 'latin1'))
  await writeFile(join(top, 'new.bin'), Buffer.from([0, 200, 201]))
  await writeFile(join(top, 'ein ü.txt'), 'neu\n')
  await writeFile(join(top, 'empty'), '')
  await chmod(join(top, 'run.sh'), 0o755)
  await symlink('kept.txt', join(top, 'link'))
  await mkdir(join(top, 'ignored'))
  await writeFile(join(top, 'ignored', 'secret'), 'SECRET\n')
  await writeFile(join(top, 'debug.log'), 'SECRET\n')
  await writeFile(join(top, 'kept.log'), 'changed\n')
}

t.test('what is packed, applied to the commit, makes the very same files', async t => {
  const { top, place } = await repository(t)
  await change(top)
  const before = await digest(top)
  const { commit, patch = '', notes } = await pack(place)
  t.equal(await digest(top), before, 'the repository is as it was, its index and objects too')
  t.equal(commit, ask(top, 'rev-parse', 'HEAD'))
  t.same(notes, [])
  t.notMatch(patch, 'SECRET', 'what is ignored stays here')
  t.match(patch, /^-two\n\+2$/m)

  const other = join(top, '..', 'other')
  git(top, 'clone', '--quiet', top, other)
  await writeFile(join(other, '..', 'packed.patch'), patch)
  git(other, 'apply', '--index', '../packed.patch')
  t.same(await filesOf(other), await filesOf(top))
})

t.test('against another commit, from a hook, and without an index', async t => {
  const { top, place } = await repository(t)
  await writeFile(join(top, 'kept.txt'), 'second\n')
  git(top, 'commit', '--quiet', '--all', '--message', 'second')
  t.same((await pack(place)).patch, undefined, 'nothing has changed')
  const first = await pack(place, 'HEAD~1')
  t.equal(first.commit, ask(top, 'rev-parse', 'HEAD~1'))
  t.match(first.patch, /^\+second$/m)
  await rm(join(top, '.git', 'index'))
  const hook = { ...place, environment: { ...place.environment, GIT_INDEX_FILE: '/nowhere/index' } }
  t.equal((await pack(hook, 'HEAD~1')).patch, first.patch)
})

t.test('what cannot come along is told', async t => {
  const { top, place } = await repository(t)
  const inner = join(top, 'in ner')
  await mkdir(inner)
  git(inner, 'init', '--quiet')
  git(inner, 'commit', '--quiet', '--allow-empty', '--message', 'inner')
  await writeFile(join(top, 'kept.txt'), 'changed\n')
  const alone = await pack(place)
  t.same(alone.notes, ['in ner is a repository of its own: what has changed in it is left out'])
  t.notMatch(alone.patch, 'in ner')
  git(top, 'add', '--all')
  git(top, 'commit', '--quiet', '--message', 'with it')
  await writeFile(join(inner, 'new'), 'x')
  t.match((await pack(place)).notes, [/^in ner is a repository of its own/])

  git(top, 'clone', '--quiet', '--bare', top, join(top, '..', 'origin'))
  git(top, 'remote', 'add', 'origin', '../origin')
  t.match((await pack(place)).notes.at(-1), /^HEAD \([0-9a-f]{12}\) was never pushed/)
  git(top, 'fetch', '--quiet', 'origin')
  t.equal((await pack(place)).notes.length, 1)
})

t.test('what is no repository, or has no commit, is refused', async t => {
  const directory = await temporary(t)
  const place = { environment: environment(directory), directory, signal: new AbortController().signal }
  const refused = (found: Promise<unknown>, message: RegExp) =>
    t.rejects(found, { name: 'UserError', code: 'usage', message })
  await refused(pack(place), /not a git repository/)
  git(directory, 'init', '--quiet')
  await refused(pack(place), /nothing has been committed here yet/)
  git(directory, 'commit', '--quiet', '--allow-empty', '--message', 'first')
  await refused(pack(place, 'v9'), /--commit "v9": it is not known here/)
  await refused(pack(place, '--help'), /--commit "--help": it is not known here/)
  await refused(pack({ ...place, environment: { ...place.environment, PATH: '/nowhere' } }), /not installed/)
})

t.test('session create --patch @working-tree sends both, and tells what it should', async t => {
  const { top, place } = await repository(t)
  const server = await standIn({ 'sessions.create': () => session() })
  t.teardown(() => server[Symbol.asyncDispose]())
  const create = (...args: string[]) =>
    cli(['session', 'create', '--repository', 'demo', '--no-wait', '--patch', ...args], {
      environment: { ...place.environment, ...at(server.url) },
      directory: top,
    })
  const clean = await create('@working-tree')
  t.match(clean, {
    code: 0,
    stderr: /^--patch: nothing has changed here: the session gets [0-9a-f]{12} as it is/,
  })
  t.equal(server.received.at(-1)?.input.patch, undefined)
  await writeFile(join(top, 'kept.txt'), 'changed\n')
  t.match(await create('@working-tree', '--commit', 'main'), { code: 0, stderr: '' })
  t.match(server.received.at(-1)?.input, { commit: ask(top, 'rev-parse', 'main'), patch: /^\+changed$/m })
  t.match(await create('@working-tree', '--commit', 'nope'), { code: 2 })
  const sent = server.received.length
  await writeFile(join(top, 'large.txt'), 'a line of a large file\n'.repeat(500_000))
  t.match(await create('@working-tree'), {
    code: 2,
    stderr: /makes a patch of 11\.\d MiB, and one may have 9\.5 MiB\n.*\.gitignore/,
  })
  t.match(await create('large.txt'), {
    code: 2,
    stderr: /--patch "large.txt": expected at most 10000000 char/,
  })
  await rm(join(top, 'large.txt'))
  await mkdir(join(top, 'new-repository'))
  git(join(top, 'new-repository'), 'init', '--quiet', '--template=')
  t.match(await create('@working-tree'), {
    code: 2,
    stderr: /git add: 'new-repository\/' does not have a commit/,
  })
  t.equal(server.received.length, sent, 'nothing was sent')
})
