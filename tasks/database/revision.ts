import { didYouMean } from '../../lib/suggest.ts'
import { UserError } from '../../lib/user-error.ts'
import { findMigration, type MigrationName, migrationNames } from '../../services/store/migration-names.ts'

/** What a downgrade to nothing at all is called. */
const base = 'base'

/** A revision as it is typed: a migration's name or a beginning of it (`0002`), `head` for the newest, `base` for none. */
export function readRevision(text: string): MigrationName | null {
  if (text === base) return null
  const found = text === 'head' ? migrationNames.at(-1) : findMigration(text)
  if (found !== undefined) return found
  throw new UserError(`there is no revision "${text}"`, {
    fix: didYouMean(text, migrationNames) ?? `one of: ${base}, ${migrationNames.join(', ')}`,
  })
}

/** Where a migration stands among all, from 1; 0 for none. */
export const positionOf = (revision: string | null): number => names.indexOf(revision) + 1

const names: readonly (string | null)[] = migrationNames
