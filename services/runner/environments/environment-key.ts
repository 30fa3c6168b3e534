import { createHash } from 'node:crypto'
import type { EnvironmentManager } from '../../contract/environment-state.ts'
import type { RepositoryId, UserId } from '../../contract/ids.ts'

/** A file that an environment is built from, its path from the top of the worktree. */
export type StagedFile = { readonly path: string; readonly bytes: Buffer }

/** All that an environment depends on. */
export type EnvironmentIdentity = {
  /** Nobody else's sessions have it: what was installed has run code of their choice. */
  readonly owner: UserId
  readonly repository: RepositoryId
  readonly manager: EnvironmentManager
  /** The line that builds it. */
  readonly line: string
  /** Of each program: its path, and what it says of its version. */
  readonly tools: readonly { readonly path: string; readonly version: string }[]
  readonly platform: string
  /** Of the session's secrets, which its build has: see `secretsMark`. */
  readonly secrets: string
  readonly files: readonly StagedFile[]
}

/** A SHA-256, hexadecimal. The files' order makes no difference. */
export function environmentKey({ files, tools, ...rest }: EnvironmentIdentity): string {
  const contents = files
    .map(({ path, bytes }) => [path, sha256(bytes)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  const { owner, repository, manager, line, platform, secrets } = rest
  const facts = [
    owner,
    repository,
    manager,
    line,
    platform,
    secrets,
    tools.map(tool => [tool.path, tool.version]),
  ]
  // As JSON, so that no two lists of texts run together into the same one.
  return sha256(JSON.stringify([facts, contents]))
}

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex')
