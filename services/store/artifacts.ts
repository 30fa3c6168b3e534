import { sql, type Transaction } from 'kysely'
import type { ArtifactKind, Collection } from '../contract/artifact-resources.ts'
import { artifactId, type CommandId, type SessionId } from '../contract/ids.ts'
import { pastBound } from './past-bound.ts'
import { beginsLike, type Resolved, resolved, type Visibility } from './references.ts'
import type { ArtifactRow, Schema } from './schema.ts'
import type { Store } from './store.ts'

/** What was kept of a command's files, told together with its end. */
export type KeptFiles = { readonly collection: Collection; readonly artifacts: readonly ArtifactRow[] }

/** So many rows in one statement that no database has too many parameters. */
const rowsAtOnce = 50

/** With the end of their command, so that both are told or neither. */
export async function insertArtifacts(
  transaction: Transaction<Schema>,
  rows: readonly ArtifactRow[],
): Promise<void> {
  for (let from = 0; from < rows.length; from += rowsAtOnce)
    await transaction
      .insertInto('artifacts')
      .values(rows.slice(from, from + rowsAtOnce))
      .execute()
}

export type WantedArtifacts = {
  session: SessionId
  command?: CommandId | undefined
  kind?: ArtifactKind | undefined
  /** Only those behind this path of the command with this sequence number. */
  after?: ArtifactPlace | undefined
  limit: number
}

/** Where an artifact stands among those of its session: the sequence number of its command, and its path. */
export type ArtifactPlace = [sequence: number, path: string]

/** In the order of their commands, and of their paths. */
export const listArtifacts = (
  store: Store,
  wanted: WantedArtifacts,
): Promise<(ArtifactRow & { sequence: number })[]> =>
  store.read(database => {
    let query = database
      .selectFrom('artifacts')
      .innerJoin('commands', 'commands.id', 'artifacts.command_id')
      .selectAll('artifacts')
      .select('commands.sequence')
      .where('artifacts.session_id', '=', wanted.session)
    if (wanted.command !== undefined) query = query.where('command_id', '=', wanted.command)
    if (wanted.kind !== undefined) query = query.where('kind', '=', wanted.kind)
    if (wanted.after !== undefined) {
      const [sequence, path] = wanted.after
      query = query.where(sql<boolean>`(commands.sequence, artifacts.path) > (${sequence}, ${path})`)
    }
    return query.orderBy('commands.sequence').orderBy('artifacts.path').limit(wanted.limit).execute()
  })

/** Finds an artifact by id or unique beginning among the sessions that are visible. */
export const resolveArtifact = (
  store: Store,
  reference: string,
  visible: Visibility,
): Promise<Resolved<ArtifactRow>> =>
  store.read(async database => {
    const like = database
      .selectFrom('artifacts')
      .innerJoin('sessions', 'sessions.id', 'artifacts.session_id')
      .selectAll('artifacts')
      .where(beginsLike('artifacts.id', artifactId.prefix, reference))
      .limit(3)
    return resolved(await (visible === 'all' ? like : like.where('owner_id', '=', visible.owner)).execute())
  })

/** Of the artifacts that are to go, the next so many: those made before an instant, and what is too much in all. */
export const artifactsToDrop = (
  store: Store,
  { before, bytes, most }: { before: string | undefined; bytes: number | undefined; most: number },
): Promise<ArtifactRow[]> =>
  store.read(async database => {
    const oldest = database
      .selectFrom('artifacts')
      .selectAll()
      .orderBy('created_at')
      .orderBy('id')
      .limit(most)
    if (before !== undefined) {
      const old = await oldest.where('created_at', '<', before).execute()
      if (old.length > 0) return old
    }
    if (bytes === undefined) return []
    const { all } = await database
      .selectFrom('artifacts')
      .select(eb => eb.fn.coalesce(eb.fn.sum<number>('bytes'), sql<number>`0`).as('all'))
      .executeTakeFirstOrThrow()
    return await pastBound(all, bytes, than =>
      (than === undefined ? oldest : oldest.where('bytes', '>', than)).execute(),
    )
  })

/**
 * Removes an artifact. `drop` removes its file, first, where no other artifact of the command has the same bytes, and so the
 * same file. Nobody else removes one meanwhile: of two runners that each remove one of two, one finds that it has the last.
 */
export const removeArtifact = async (
  store: Store,
  { id, command_id, sha256 }: Pick<ArtifactRow, 'id' | 'command_id' | 'sha256'>,
  drop: () => Promise<void>,
): Promise<void> => {
  await store.write(async transaction => {
    const other = await transaction
      .selectFrom('artifacts')
      .select('id')
      .where('command_id', '=', command_id)
      .where('sha256', '=', sha256)
      .where('id', '!=', id)
      .executeTakeFirst()
    if (other === undefined) await drop()
    await transaction.deleteFrom('artifacts').where('id', '=', id).execute()
  })
}
