import { existsSync } from 'node:fs'
import { appendFile, copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SessionId } from '../../contract/ids.ts'
import type { Git, GitOutcome } from './git.ts'

export type NewWorktree = {
  session: SessionId
  mirror: string
  worktree: string
  commit: string
  url: string
  defaultBranch: string | null
}

/** Holds a session's commit in the mirror, so that no later tidying there takes it away. */
const holdRef = (session: SessionId) => `refs/sessions/${session}`

/**
 * Makes a session's worktree, with HEAD detached at the commit. It is a repository of its own that borrows the mirror's
 * objects, and looks like a fresh clone: what a session commits, stashes or configures there is seen by no other
 * session, and a branch that it checks out keeps no fetch from moving the mirror's.
 */
export async function makeWorktree(git: Git, wanted: NewWorktree, signal: AbortSignal): Promise<GitOutcome> {
  const { mirror, worktree, commit } = wanted
  const run = (...args: string[]) => git.run(args, { signal })
  const held = await run('-C', mirror, 'update-ref', holdRef(wanted.session), commit)
  if (held.kind !== 'done') return held
  const refs = await run(
    '-C',
    mirror,
    'for-each-ref',
    '--format=%(objectname) %(refname)',
    'refs/heads',
    'refs/tags',
  )
  if (refs.kind !== 'done') return refs
  const made = await run('init', '--quiet', '--template=', '--', worktree)
  if (made.kind !== 'done') return made

  const folder = join(worktree, '.git')
  await mkdir(join(folder, 'objects', 'info'), { recursive: true })
  await writeFile(join(folder, 'objects', 'info', 'alternates'), `${join(mirror, 'objects')}\n`)
  if (existsSync(join(mirror, 'shallow'))) await copyFile(join(mirror, 'shallow'), join(folder, 'shallow'))
  await writeFile(join(folder, 'packed-refs'), asRemoteRefs(refs.stdout))
  await appendFile(join(folder, 'config'), originSection(wanted.url))
  if (wanted.defaultBranch !== null) {
    await mkdir(join(folder, 'refs', 'remotes', 'origin'), { recursive: true })
    await writeFile(
      join(folder, 'refs', 'remotes', 'origin', 'HEAD'),
      `ref: refs/remotes/origin/${wanted.defaultBranch}\n`,
    )
  }
  return run('-C', worktree, 'checkout', '--quiet', '--force', '--detach', commit)
}

/** Lets go of the commit. No matter if there is no mirror or nothing was held; throws where it is held still. */
export async function releaseCommit(git: Git, mirror: string, session: SessionId): Promise<void> {
  if (!existsSync(mirror)) return
  const outcome = await git.run(['-C', mirror, 'update-ref', '-d', holdRef(session)])
  if (outcome.kind !== 'done')
    throw new Error(`a mirror holds the commit of ${session} still: ${outcome.kind}, ${outcome.stderr}`)
}

/** The mirror's branches as a clone has them: those of its origin. Format: gitrepository-layout(5), packed-refs. */
export const asRemoteRefs = (refs: string): string =>
  refs.replace(/^(\S+) refs\/heads\//gm, '$1 refs/remotes/origin/')

/** The section of a configuration file that names where a clone came from. */
export const originSection = (url: string): string =>
  `[remote "origin"]\n\turl = "${url.replace(/["\\]/g, '\\$&')}"\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n`
