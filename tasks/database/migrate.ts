import type { Workspace } from '../../config/workspace.ts'
import { UserError } from '../../lib/user-error.ts'
import { migrate } from '../../services/store/migrate.ts'
import type { MigrationName } from '../../services/store/migration-names.ts'
import { unlessLocked } from '../bootstrap/locked-store.ts'
import { takeTurn } from '../bootstrap/turn.ts'
import type { Confirm } from '../engine/context.ts'
import { holdAtRest, type Waiting } from './at-rest.ts'
import { standingOfStore } from './history.ts'
import { positionOf } from './revision.ts'

/** Applies what the store lacks up to a revision, by default to the newest. Returns what was applied. */
export async function upgrade(
  workspace: Workspace,
  to: MigrationName | undefined,
  waiting: Waiting,
): Promise<string[]> {
  using _ = await takeTurn(workspace, waiting)
  const { applied } = standingOfStore(workspace.storeFile)
  const last = applied.at(-1) ?? null
  if (to !== undefined && positionOf(to) < positionOf(last))
    throw new UserError(`the store is at ${last}, which is past ${to}`, {
      fix: `to go back: npx task db:downgrade ${to}`,
    })
  return unlessLocked(workspace.storeFile, () => migrate(workspace.storeFile, to === undefined ? {} : { to }))
}

export type Downgraded = { outcome: 'declined' } | { outcome: 'done'; undone: string[] }

/** Takes migrations back, newest first, down to a revision. What they had added to the data is lost, so it asks first. */
export async function downgrade(
  workspace: Workspace,
  to: MigrationName | null,
  confirm: Confirm,
  waiting: Waiting,
): Promise<Downgraded> {
  using _ = await holdAtRest(workspace, 'no migration is taken back', waiting)
  const { applied, unknown } = standingOfStore(workspace.storeFile)
  if (applied.length === 0) throw new UserError(`there is no store at ${workspace.storeFile}`)
  if (unknown.length === 0 && positionOf(to) > applied.length)
    throw new UserError(`the store is at ${applied.at(-1)}, which is before ${to}`, {
      fix: `to go on: npx task db:upgrade ${to}`,
    })
  const going = applied.slice(positionOf(to)).toReversed()
  if (going.length === 0) return { outcome: 'done', undone: [] }
  const what = `taking back ${going.join(', ')} in ${workspace.storeFile} loses what they have added`
  if (confirm === undefined)
    throw new UserError(what, {
      fix: 'to do it all the same, add --yes; a copy first: npx task db:backup FILE',
    })
  if (!(await confirm(`${what}\nTake them back?`))) return { outcome: 'declined' }
  const undone = await unlessLocked(workspace.storeFile, () => migrate(workspace.storeFile, { to }))
  return { outcome: 'done', undone }
}
