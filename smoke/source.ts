import { existsSync, realpathSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { UserError } from '../lib/user-error.ts'
import { type Git, gitOutput } from './git.ts'

/** What is cloned: a checkout on this host, or an address of git's. */
export type Source =
  | {
      readonly kind: 'checkout'
      readonly path: string
      readonly revision: string
      readonly uncommitted: number
    }
  | { readonly kind: 'address'; readonly address: string; readonly revision: string | undefined }

const isAddress = (source: string): boolean => /^(?:[a-z][a-z\d+.-]*:\/\/|[^/\s]+@[^/\s]+:)/i.test(source)

/** Reads what --source and --revision say, seen from a directory. Of an address nothing is asked yet. */
export async function readSource(
  { source, revision }: { source: string; revision?: string | undefined },
  from: string,
  git: Git,
): Promise<Source> {
  if (source.startsWith('-') || revision?.startsWith('-') === true)
    throw new UserError(
      `a source or a revision does not begin with a dash: ${source} ${revision ?? ''}`.trimEnd(),
    )
  if (isAddress(source)) return { kind: 'address', address: source, revision }
  const path = resolve(from, source)
  if (!existsSync(join(path, 'tasks', 'cli.mjs')) || !existsSync(join(path, '.git')))
    throw new UserError(`${path} does not look like a checkout of Debug Server`, {
      fix: 'name one with --source, or an address that git clones from',
    })
  const commit = await commitOf(git, path, revision ?? 'HEAD').catch((error: unknown) => {
    if (revision === undefined || !(error instanceof UserError)) throw error
    throw new UserError(`--revision is "${revision}": ${error.message}`, {
      fix: `name a commit, branch or tag that ${path} has`,
    })
  })
  const status = await gitOutput(git, path, 'status', '--porcelain', '-z')
  return {
    kind: 'checkout',
    path: realpathSync(path),
    revision: commit,
    uncommitted: status.split('\0').filter(Boolean).length,
  }
}

export const commitOf = async (git: Git, path: string, revision: string): Promise<string> =>
  (await gitOutput(git, path, 'rev-parse', '--verify', '--end-of-options', `${revision}^{commit}`)).trim()

/**
 * How many commits a clone that is used again is behind the source. Asked of the source, which has both; a commit
 * that it does not know, as after a rebase, is git's error and ours.
 */
export async function commitsBehind(source: Extract<Source, { kind: 'checkout' }>, head: string, git: Git) {
  const count = await gitOutput(git, source.path, 'rev-list', '--count', `${head}..${source.revision}`)
  return Number(count.trim())
}

/** Which commit an address of git's has by a name now; undefined where it tells of none. Run in a directory that is there. */
export async function commitAt(
  { address, revision }: Extract<Source, { kind: 'address' }>,
  git: Git,
  cwd: string,
): Promise<string | undefined> {
  const names =
    revision === undefined
      ? ['HEAD']
      : [`refs/tags/${revision}^{}`, `refs/tags/${revision}`, `refs/heads/${revision}`, revision]
  const told = await gitOutput(git, cwd, 'ls-remote', '--', address, ...names)
  const commits = new Map(
    told.split('\n').flatMap(line => {
      const [commit, name] = line.split('\t')
      return commit === undefined || name === undefined ? [] : [[name, commit] as const]
    }),
  )
  return names.map(name => commits.get(name)).find(commit => commit !== undefined)
}
