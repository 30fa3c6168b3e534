import { cp, mkdir, mkdtemp, rm, stat, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { errorCode } from '../../../lib/error-code.ts'
import { visible } from '../../../lib/visible.ts'
import { usageError } from '../cli-error.ts'
import type { Io } from '../io.ts'
import { abridged } from '../render/abridged.ts'
import { type Git, GitNo, gitIn } from './git.ts'
import { textDiff } from './text-diff.ts'

export type Packed = {
  /** The commit that the patch is made against. */
  readonly commit: string
  /** Undefined where nothing has changed. */
  readonly patch: string | undefined
  /** What somebody should know of it, a sentence each. */
  readonly notes: readonly string[]
}

/**
 * What the working tree that one stands in has over a commit, HEAD where none is named: as `git add --all` and a commit
 * would have it, so with new files and binary ones, and without what is ignored. All of it is done with an index and a
 * store of objects of our own: the repository stays as it is.
 */
export async function packWorkingTree(io: Io, named: string | undefined): Promise<Packed> {
  const top = await topOf(io)
  const git = gitIn(top, io)
  const commit = await commitOf(git, named ?? 'HEAD')
  const temporary = await mkdtemp(join(tmpdir(), 'debug-server-patch-'))
  try {
    const index = join(temporary, 'index')
    await copyIndex(git, top, index)
    const apart = await ownStores(git, top, temporary, index)
    const within: Git = (args, more) => git(args, { ...apart, ...more })
    if (!(await exists(index))) await within(['read-tree', commit])
    await within(['-c', 'core.fsmonitor=false', '-c', 'core.safecrlf=false', 'add', '--all', '--', ':/'])
    const patch = await textDiff(within, commit, join(temporary, 'attributes'))
    const notes = [...(await leftOut(within)), ...(await unpushed(git, commit, named))]
    return { commit, patch: patch === '' ? undefined : patch, notes }
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

async function topOf(io: Io): Promise<string> {
  const top = (await gitIn(io.directory, io)(['rev-parse', '--show-toplevel'])).toString().replace(/\n$/, '')
  if (top !== '') return top
  throw usageError('--patch @working-tree: this is a repository without a working tree')
}

async function commitOf(git: Git, revision: string): Promise<string> {
  try {
    const name = `${revision}^{commit}`
    return (await git(['rev-parse', '--verify', '--quiet', '--end-of-options', name])).toString().trim()
  } catch (error) {
    if (!(error instanceof GitNo)) throw error
    throw usageError(
      revision === 'HEAD'
        ? '--patch @working-tree: nothing has been committed here yet'
        : `--commit "${abridged(revision)}": it is not known here, and a patch is made against it`,
    )
  }
}

/** The index as it is saves git from reading every file again; its own record of times has to be as old as it was. */
async function copyIndex(git: Git, top: string, to: string): Promise<void> {
  const path = resolve(top, (await git(['rev-parse', '--git-path', 'index'])).toString().replace(/\n$/, ''))
  try {
    const { mtimeMs } = await stat(path)
    await cp(path, to)
    const seconds = Math.floor(mtimeMs / 1_000)
    await utimes(to, seconds, seconds)
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
  }
}

/** Variables that have git write nowhere but into our directory, and read its repository all the same. */
async function ownStores(
  git: Git,
  top: string,
  directory: string,
  index: string,
): Promise<Readonly<Record<string, string>>> {
  const objects = resolve(
    top,
    (await git(['rev-parse', '--git-path', 'objects'])).toString().replace(/\n$/, ''),
  )
  const own = join(directory, 'objects')
  await mkdir(own)
  return {
    GIT_INDEX_FILE: index,
    GIT_OBJECT_DIRECTORY: own,
    // As git quotes a path in a list that is parted by colons.
    GIT_ALTERNATE_OBJECT_DIRECTORIES: JSON.stringify(objects),
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  )

/** Repositories within this one: no patch can hold what has changed there, and the server takes none that tries. */
async function leftOut(git: Git): Promise<string[]> {
  const status = await git([
    ...['status', '--porcelain=v2', '-z', '--untracked-files=no', '--ignore-submodules=none'],
  ])
  return status
    .toString()
    .split('\0')
    .flatMap(line => /^[12] (?!\.\.)\S+ S\S* (?:\S+ ){5}(?:R\d+ )?(.*)$/s.exec(line)?.[1] ?? [])
    .map(path => `${visible(path)} is a repository of its own: what has changed in it is left out`)
}

/** Only told: the server may fetch from another place than this repository does, or from this one itself. */
async function unpushed(git: Git, commit: string, named: string | undefined): Promise<string[]> {
  const remotes = (await git(['remote'])).toString()
  if (remotes === '') return []
  const known = await git(['for-each-ref', '--count=1', '--contains', commit, 'refs/remotes', 'refs/tags'])
  if (known.length > 0) return []
  const what = named === undefined ? 'HEAD' : visible(named)
  return [
    `${what} (${commit.slice(0, 12)}) was never pushed, as far as is known here: where the server cannot know it, push it, or name a commit that it knows with --commit`,
  ]
}
