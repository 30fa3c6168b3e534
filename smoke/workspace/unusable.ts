import { UserError } from '../../lib/user-error.ts'

/** That the system lets nobody have a workspace there, with what it said. */
export const unusable = (workspace: string, error: unknown): UserError =>
  new UserError(
    `no workspace can be at ${workspace}: ${error instanceof Error ? error.message : String(error)}`,
    { fix: 'name another --workspace, such as one below the temporary directory', cause: error },
  )
