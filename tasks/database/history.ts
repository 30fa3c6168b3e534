import { UserError } from '../../lib/user-error.ts'
import { lookAtStore, migrationTimes } from '../../services/store/look.ts'
import { migrationNames, type Standing } from '../../services/store/migration-names.ts'
import { lockedStore } from '../bootstrap/locked-store.ts'

export type Revision = {
  revision: string
  state: 'applied' | 'pending' | 'unknown'
  /** An instant. */
  applied_at: string | null
}

/** Every migration that this code knows or the store has, in order. Nothing is applied where there is no store. */
export function readHistory(storeFile: string): Revision[] {
  const { applied, unknown } = standingOfStore(storeFile)
  const times = migrationTimes(storeFile)
  return [...migrationNames, ...unknown].map((revision, index) => ({
    revision,
    state: index >= migrationNames.length ? 'unknown' : applied.includes(revision) ? 'applied' : 'pending',
    applied_at: times.get(revision) ?? null,
  }))
}

/** The newest migration that the store has; undefined where it has none. */
export const currentRevision = (storeFile: string): string | undefined =>
  standingOfStore(storeFile).applied.at(-1)

/** Throws a UserError where there is something at the path that is no store. */
export function standingOfStore(storeFile: string): Standing {
  const look = lookAtStore(storeFile)
  switch (look.kind) {
    case 'absent':
      return { applied: [], pending: migrationNames, unknown: [] }
    case 'unreadable':
      throw new UserError(`the store ${storeFile} cannot be read: ${look.reason}`, {
        fix: 'put a backup in its place: npx task db:restore FILE',
      })
    case 'locked':
      throw lockedStore(storeFile, look.reason)
    case 'foreign':
      throw new UserError(`${storeFile} is a database, but no store of ours`)
    case 'store':
      return look
  }
}

export const historyText = (revisions: readonly Revision[]): string =>
  revisions
    .map(
      ({ revision, state, applied_at }) =>
        `${state.padEnd(7)}  ${revision}${applied_at === null ? '' : `  ${applied_at}`}\n`,
    )
    .join('')
