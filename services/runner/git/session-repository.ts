import { copyFileSync, existsSync, mkdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bothSettled } from '../../../lib/both-settled.ts'
import type { SessionId } from '../../contract/ids.ts'
import type { GitOutcome } from './git.ts'
import type { MirrorPlace, Mirrors } from './mirrors.ts'

/** What a repository of its own borrows from a mirror. */
export type Borrowed = {
  /** The ref that holds the commit in the mirror, so that no later tidying there takes it away. */
  hold: string
  commit: string
}

export type NewRepository = Pick<Borrowed, 'commit'> & {
  mirror: string
  /** Where it is made: `.git` of what is checked out, unless that is a submodule. */
  folder: string
  /** Where its files are, relative to `folder`; without: around it. */
  worktree?: string
  /** Git's index of these. */
  index: string
  /** What `borrow` told. */
  refs: string
  url: string
  defaultBranch: string | null
}

/** Holds the commit of a session until that is removed. */
export const heldBySession = (session: SessionId) => `refs/sessions/${session}`

/** Holds a commit as long as there is the mirror. */
export const heldForEver = (commit: string) => `refs/held/${commit}`

/** Holds the commit in the mirror, and tells in `stdout` which refs that has. */
export async function borrow(
  mirrors: Pick<Mirrors, 'run'>,
  mirror: MirrorPlace,
  { hold, commit }: Borrowed,
  signal: AbortSignal,
): Promise<GitOutcome> {
  const inMirror = (...args: string[]) => mirrors.run(mirror, args, signal)
  const [held, refs] = await bothSettled(
    inMirror('update-ref', hold, commit),
    inMirror('for-each-ref', '--format=%(objectname) %(refname)', 'refs/heads', 'refs/tags'),
  )
  return held.kind === 'done' ? refs : held
}

/**
 * Makes what is checked out a repository of its own, with HEAD detached at the commit. It borrows the mirror's objects, and
 * looks like a fresh clone: what a session commits, stashes or configures there is seen by no other session, and a branch
 * that it checks out keeps no fetch from moving the mirror's. Format: gitrepository-layout(5).
 *
 * Whoever waits for a session waits for this, so that what is small is done at once: a trip to the thread pool for each
 * takes ten times as long.
 */
export async function makeRepository(wanted: NewRepository): Promise<void> {
  const { folder, mirror, commit } = wanted
  // One after the other: where the checkout has been moved away, nothing is made in its place.
  for (const name of directories) mkdirSync(join(folder, name))
  writeFileSync(join(folder, 'objects', 'info', 'alternates'), `${join(mirror, 'objects')}\n`)
  if (existsSync(join(mirror, 'shallow'))) copyFileSync(join(mirror, 'shallow'), join(folder, 'shallow'))
  writeFileSync(join(folder, 'packed-refs'), asRemoteRefs(wanted.refs))
  writeFileSync(join(folder, 'config'), coreSection(wanted.worktree) + originSection(wanted.url))
  if (wanted.defaultBranch !== null) {
    const originHead = `ref: refs/remotes/origin/${wanted.defaultBranch}\n`
    writeFileSync(join(folder, 'refs', 'remotes', 'origin', 'HEAD'), originHead)
  }
  await copyIndex(wanted.index, join(folder, 'index'))
  // Last, for with it the directory is a repository.
  writeFileSync(join(folder, 'HEAD'), `${commit}\n`)
}

const directories = [
  ...['', 'objects', 'objects/info', 'objects/pack'],
  ...['refs', 'refs/heads', 'refs/tags', 'refs/remotes', 'refs/remotes/origin'],
]

/** Copies an index as of a whole second before it was written: by its time git tells which files it has to read again. */
export async function copyIndex(from: string, to: string): Promise<void> {
  const { atimeMs, mtimeMs } = statSync(from)
  await copyFile(from, to)
  utimesSync(to, Math.floor(atimeMs / 1_000), Math.floor(mtimeMs / 1_000))
}

/** Lets go of the commit. No matter if there is no mirror or nothing was held; throws where it is held still. */
export async function releaseCommit(
  mirrors: Pick<Mirrors, 'run'>,
  mirror: MirrorPlace,
  session: SessionId,
): Promise<void> {
  if (!existsSync(mirror.directory)) return
  const outcome = await mirrors.run(mirror, ['update-ref', '-d', heldBySession(session)])
  if (outcome.kind !== 'done')
    throw new Error(`a mirror holds the commit of ${session} still: ${outcome.kind}, ${outcome.stderr}`)
}

/** The mirror's branches as a clone has them: those of its origin. Format: gitrepository-layout(5), packed-refs. */
export const asRemoteRefs = (refs: string): string =>
  refs.replace(/^(\S+) refs\/heads\//gm, '$1 refs/remotes/origin/')

/** What `git init` writes. */
const coreSection = (worktree: string | undefined): string =>
  '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n\tlogallrefupdates = true\n' +
  (worktree === undefined ? '' : `\tworktree = ${quoted(worktree)}\n`)

/** The section of a configuration file that names where a clone came from. */
export const originSection = (url: string): string =>
  `[remote "origin"]\n\turl = ${quoted(url)}\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n`

/** What `git submodule init` writes into the configuration of the repository that has the submodule. */
export const submoduleSection = (name: string, url: string): string =>
  `[submodule ${quoted(name)}]\n\tactive = true\n\turl = ${quoted(url)}\n`

/** A value, or the name of a section, of a configuration file; without line breaks. */
const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`
