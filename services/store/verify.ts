import { UserError } from '../../lib/user-error.ts'
import { damageIn, lookAtStore } from './look.ts'
import { newerStore } from './migrate.ts'
import { type MigrationName, migrationNames, type Standing } from './migration-names.ts'
import { readDatabase } from './read-only.ts'
import { columnsAt, columnsQuery } from './schema-columns.ts'

/**
 * Proves that a file is a whole store of ours: readable, undamaged, with a schema that this code knows. Writes nothing.
 * Throws a UserError that says what it is instead.
 */
export async function verifyStore(path: string): Promise<Standing> {
  const look = lookAtStore(path)
  switch (look.kind) {
    case 'absent':
      throw new UserError(`there is no ${path}`)
    case 'unreadable':
      throw new UserError(`${path} cannot be read as a store: ${look.reason}`)
    case 'locked':
      throw new UserError(`${path} is held locked by another process: ${look.reason}`)
    case 'foreign':
      throw new UserError(`${path} is a database, but no store of ours`)
    case 'store':
  }
  if (look.unknown.length > 0) throw newerStore(path, look.unknown)
  const damage = damageIn(path, 'full')
  if (damage.length > 0) throw new UserError(`${path} is damaged: ${damage.join('; ')}`)
  const last = lastApplied(look)
  if (last === 'none') throw new UserError(`${path} is empty: it holds no store`)
  if (last === 'gap') throw new UserError(`${path} lacks ${look.pending[0]}, and has what came after it`)
  const fault = schemaFault(await columnsAt(last), columnsOf(path))
  if (fault !== undefined) throw new UserError(`${path} is no store of ours as ${last} left it: ${fault}`)
  return look
}

/** The newest migration that was applied, where all before it were as well. */
export function lastApplied({ applied }: Standing): MigrationName | 'none' | 'gap' {
  const last = migrationNames[applied.length - 1]
  if (last === undefined) return 'none'
  return migrationNames.every((name, index) => index >= applied.length || name === applied[index])
    ? last
    : 'gap'
}

const columnsOf = (path: string): Set<string> =>
  readDatabase(
    path,
    database =>
      new Set(
        database
          .prepare(columnsQuery)
          .all()
          .map(row => String(row.name)),
      ),
  )

function schemaFault(expected: ReadonlySet<string>, found: ReadonlySet<string>): string | undefined {
  const missing = [...expected.difference(found)]
  return missing.length === 0 ? undefined : `it lacks ${missing.slice(0, 5).join(', ')}`
}
