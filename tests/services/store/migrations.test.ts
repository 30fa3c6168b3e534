import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import { requestCancel, startCommand } from '../../../services/store/commands.ts'
import { migrate } from '../../../services/store/migrate.ts'
import { type MigrationName, migrationNames } from '../../../services/store/migration-names.ts'
import { queueCommand } from '../../../services/store/new-command.ts'
import { addWorktree } from '../../../services/store/worktrees.ts'
import { now, runner, storePath, storeRig } from './store-rig.ts'

const reading = <T>(path: string, work: (database: DatabaseSync) => T): T => {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    return work(database)
  } finally {
    database.close()
  }
}

const tablesOf = (database: DatabaseSync): string[] =>
  database
    .prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite_%' order by name")
    .all()
    .map(({ name }) => String(name))
    .filter(name => !name.startsWith('kysely_'))

/** All that a schema says, whatever order its columns have come in: tables, keys, indexes, triggers. */
const shapeOf = (path: string) =>
  reading(path, database => ({
    tables: Object.fromEntries(
      tablesOf(database).map(table => [
        table,
        {
          columns: database
            .prepare('select name, type, "notnull", dflt_value, pk from pragma_table_info(?) order by name')
            .all(table),
          keys: database
            .prepare(
              'select "table", "from", "to", on_delete from pragma_foreign_key_list(?) order by "from"',
            )
            .all(table),
        },
      ]),
    ),
    others: database
      .prepare(
        "select type, name, sql from sqlite_master where type in ('index', 'trigger', 'view') order by name",
      )
      .all()
      .map(({ type, name, sql }) => `${type} ${name} ${String(sql).replace(/\s+/g, ' ')}`),
  }))

const steps: readonly (MigrationName | null)[] = [null, ...migrationNames]

/** Without what has to have a value: a column that comes back to a table with rows cannot demand one. */
const loosely = ({ tables, others }: ReturnType<typeof shapeOf>) => ({
  others,
  tables: Object.entries(tables).map(([table, { columns, keys }]) => ({
    ...{
      table,
      keys,
      columns: columns.map(({ name, type, dflt_value, pk }) => ({ name, type, dflt_value, pk })),
    },
  })),
})

t.test('each migration is taken back to what was there before it, and comes again', async t => {
  const path = storePath(t)
  const shapes = new Map<MigrationName | null, ReturnType<typeof shapeOf>>()
  for (const name of migrationNames) {
    await migrate(path, { to: name })
    shapes.set(name, shapeOf(path))
  }
  for (const before of steps.toReversed().slice(1)) {
    await migrate(path, { to: before })
    const there = before === null ? undefined : shapes.get(before)
    if (there !== undefined) t.strictSame(loosely(shapeOf(path)), loosely(there), `back to ${before}`)
  }
  t.same(reading(path, tablesOf), [], 'nothing is left')
  for (const name of migrationNames) {
    await migrate(path, { to: name })
    t.strictSame(shapeOf(path), shapes.get(name), `forth to ${name}`)
  }
})

t.test('what a store holds stays sound on every step back and forth', async t => {
  const rig = await storeRig(t)
  const { store, path } = rig
  await rig.token('ci')
  const by = await runner(store)
  const session = await rig.running(['true'], { secrets: { TOKEN: 'a secret' }, artifacts: ['*.xml'] })
  const first = await rig.queue(session)
  await rig.queue(session, [first])
  await queueCommand(store, {
    ...{ session, command: ['a'], directory: '.', environment: {}, timeout: 1, stdin: 'in' },
    ...{ terminal: { columns: 80, rows: 24 }, debuggee: true, now: now() },
  })
  await startCommand(store, first, now(), by)
  await requestCancel(store, await rig.queue(session), now())
  const starting = await rig.session()
  await store.write(db =>
    db
      .updateTable('sessions')
      .set({ status: 'starting', runner_token: by })
      .where('id', '=', starting)
      .execute(),
  )
  const wish = { repository: rig.repository.id, session: starting, by, boot: 'this one', now: now() }
  t.ok(await addWorktree(store, wish))
  await store[Symbol.asyncDispose]()

  const count = (table: string) =>
    reading(path, database => database.prepare(`select count(*) as n from ${table}`).get()?.n)
  const kept = { repositories: 1, sessions: 2 }
  const sound = (step: string) => {
    t.same(
      reading(path, database => database.prepare('pragma foreign_key_check').all()),
      [],
      step,
    )
    for (const [table, rows] of Object.entries(kept)) t.equal(count(table), rows, `${table}, ${step}`)
  }
  for (const before of migrationNames.toReversed().slice(1)) {
    await migrate(path, { to: before })
    sound(`back to ${before}`)
  }
  for (const name of migrationNames.slice(1)) {
    await migrate(path, { to: name })
    sound(`forth to ${name}`)
  }
})
