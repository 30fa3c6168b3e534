import { existsSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Workspace } from '../../config/workspace.ts'
import { writeAtomically } from '../../lib/atomic-file.ts'
import { errorCode } from '../../lib/error-code.ts'
import { UserError } from '../../lib/user-error.ts'

/**
 * The store that the services were started with. A later call may come without the --config or the variables of that
 * start: it must neither end them as if they had no sessions, nor start one of them with another store.
 */
const file = ({ run }: Pick<Workspace, 'run'>) => join(run, 'store')

export const writeStartedStore = (workspace: Pick<Workspace, 'run' | 'storeFile'>): Promise<void> =>
  writeAtomically(file(workspace), `${workspace.storeFile}\n`)

export const clearStartedStore = (workspace: Pick<Workspace, 'run'>): Promise<void> =>
  rm(file(workspace), { force: true })

/** The workspace with the store that its services use; where none were started, with that of its settings. */
export function asStarted<Place extends Pick<Workspace, 'run' | 'storeFile'>>(workspace: Place): Place {
  const storeFile = startedStore(workspace)
  return existsSync(storeFile) ? { ...workspace, storeFile } : workspace
}

function startedStore(workspace: Pick<Workspace, 'run' | 'storeFile'>): string {
  try {
    return readFileSync(file(workspace), 'utf8').trimEnd()
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return workspace.storeFile
    throw error
  }
}

export const usesStartedStore = (workspace: Pick<Workspace, 'run' | 'storeFile'>): boolean =>
  startedStore(workspace) === workspace.storeFile

export function requireStartedStore(workspace: Pick<Workspace, 'run' | 'storeFile'>): void {
  const started = startedStore(workspace)
  if (started === workspace.storeFile) return
  throw new UserError(
    `the services use the store ${started}, but these settings name ${workspace.storeFile}`,
    {
      fix: 'give the --config and the DEBUG_SERVER__ variables that they were started with, or run: npx task up',
    },
  )
}
