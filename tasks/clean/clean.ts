import { lstatSync, readdirSync, readlinkSync, rmdirSync } from 'node:fs'
import type { Workspace } from '../../config/workspace.ts'
import { errorCode } from '../../lib/error-code.ts'
import { removeWhole } from '../../lib/remove-whole.ts'
import { UserError } from '../../lib/user-error.ts'
import { holdAtRest, type Waiting } from '../database/at-rest.ts'
import type { Confirm } from '../engine/context.ts'
import { requireNoServices } from '../running-services.ts'
import { planClean } from './plan-clean.ts'

export type CleanOptions = Waiting & { all: boolean; confirm: Confirm }

export type Cleaned =
  | { outcome: 'declined' | 'nothing_there' }
  | { outcome: 'removed'; removed: readonly string[]; left: readonly string[] }

/** Takes away what bootstrap has made, or with `all` everything that was written at run time. Asks first. */
export async function clean(workspace: Workspace, options: CleanOptions): Promise<Cleaned> {
  const { artifacts } = workspace
  const found = lstatSync(artifacts, { throwIfNoEntry: false })
  if (found === undefined) return { outcome: 'nothing_there' }
  if (found.isSymbolicLink())
    throw new UserError(
      `${artifacts} is a symbolic link to ${readlinkSync(artifacts)}: nothing is removed through it`,
      {
        fix: 'remove what it leads to, and then the link',
      },
    )
  if (!found.isDirectory()) throw new UserError(`${artifacts} is no directory`, { fix: 'remove it' })
  // Said before anybody is asked or kept waiting, and made sure of below.
  requireNoServices(workspace, 'nothing is removed')
  using _ = await holdAtRest(workspace, 'nothing is removed', options)
  const { remove, left } = planClean(workspace, readdirSync(artifacts), options.all)
  if (remove.length === 0) return { outcome: 'nothing_there' }
  const what = `to be removed${options.all ? ', with the store, all logs and all tokens' : ''}:\n${remove
    .map(path => `  ${path}`)
    .join('\n')}`
  if (options.confirm === undefined) throw new UserError(what, { fix: 'to remove it: add --yes' })
  if (!(await options.confirm(`${what}\nRemove it?`))) return { outcome: 'declined' }
  for (const path of remove) await removeWhole(path)
  if (options.all) removeIfEmpty(artifacts)
  return { outcome: 'removed', removed: remove, left }
}

/** Somebody may be waiting in it for the lock that is held here. */
function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory)
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(errorCode(error) ?? '')) throw error
  }
}
