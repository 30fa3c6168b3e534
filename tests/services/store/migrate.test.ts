import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import t from 'tap'
import { readyCommands } from '../../../services/store/command-queue.ts'
import { endCommand, getCommand, startCommand } from '../../../services/store/commands.ts'
import { migrate } from '../../../services/store/migrate.ts'
import * as firstLight from '../../../services/store/migrations/0001-first-light.ts'
import * as leases from '../../../services/store/migrations/0002-leases.ts'
import * as commandsInFull from '../../../services/store/migrations/0004-commands-in-full.ts'
import { getSession } from '../../../services/store/sessions.ts'
import { NodeSqliteDialect } from '../../../services/store/sqlite-dialect.ts'
import { openStore } from '../../../services/store/store.ts'
import { listTokens } from '../../../services/store/tokens.ts'
import { now, storePath, storeRig } from './store-rig.ts'

const open = (path: string): DatabaseSync => {
  mkdirSync(dirname(path), { recursive: true })
  return new DatabaseSync(path)
}

const tablesOf = (path: string): string[] => {
  const database = new DatabaseSync(path)
  try {
    return database
      .prepare(
        "select name from sqlite_master where type = 'table' and name not like '%kysely%' and name not like 'sqlite_%'",
      )
      .all()
      .map(row => String(row.name))
      .sort()
  } finally {
    database.close()
  }
}

t.test('a store is made once', async t => {
  const path = storePath(t)
  const applied = await migrate(path)
  t.ok(applied.includes('0001-first-light'))
  t.same(await migrate(path), [], 'again changes nothing')
  t.ok(tablesOf(path).includes('sessions'))
  await using store = await openStore(path)
  t.same(await listTokens(store), [])
})

t.test('two at once make it together', async t => {
  const path = storePath(t)
  const applied = await Promise.all([migrate(path), migrate(path)])
  t.equal(applied.flat().filter(name => name === '0001-first-light').length, 1)
})

t.test('a migration that fails half-way leaves nothing', async t => {
  const path = storePath(t)
  const database = open(path)
  // Stands in the way of the third table.
  database.exec('create table sessions (in_the_way)')
  database.close()
  await t.rejects(migrate(path), {
    name: 'UserError',
    message: 'the migration 0001-first-light fails: table "sessions" already exists',
    fix: /the store is as it was/,
  })
  t.same(tablesOf(path), ['sessions'])
})

t.test('the first migration goes back and forth', async t => {
  const path = storePath(t)
  const untyped = new Kysely<unknown>({ dialect: new NodeSqliteDialect(() => open(path)) })
  t.teardown(() => untyped.destroy())
  await firstLight.up(untyped)
  const tables = tablesOf(path)
  t.same(tables, ['commands', 'repositories', 'service_instances', 'sessions', 'tokens'])
  await firstLight.down(untyped)
  t.same(tablesOf(path), [])
  await firstLight.up(untyped)
  t.same(tablesOf(path), tables)
})

t.test('the second migration goes back and forth, and keeps what is there', async t => {
  const rig = await storeRig(t)
  const session = await rig.running(['true'])
  const { store, path } = rig
  const untyped = new Kysely<unknown>({ dialect: new NodeSqliteDialect(() => open(path)) })
  t.teardown(() => untyped.destroy())
  await leases.down(untyped)
  t.notOk(tablesOf(path).includes('runners'))
  await leases.up(untyped)
  t.ok(tablesOf(path).includes('runners'))
  t.match(await getSession(store, session), { status: 'running', runner_token: null })
})

t.test('the fourth migration goes back and forth, and keeps what waits for what', async t => {
  const rig = await storeRig(t)
  const session = await rig.running()
  const first = await rig.queue(session)
  const second = await rig.queue(session, [first])
  await startCommand(rig.store, first, now())
  const { store, path } = rig
  const untyped = new Kysely<unknown>({ dialect: new NodeSqliteDialect(() => open(path)) })
  t.teardown(() => untyped.destroy())
  await commandsInFull.down(untyped)
  t.notOk(tablesOf(path).includes('command_dependencies'))
  await commandsInFull.up(untyped)
  t.match(await getCommand(store, first), { after_json: '[]', attempts: 1 })
  t.match(await getCommand(store, second), { after_json: JSON.stringify([first]), attempts: 0 })
  t.same(await readyCommands(store, 10), [], 'it waits still')
  await endCommand(store, first, 'succeeded', ended, now())
  t.match(await readyCommands(store, 10), [{ id: second }])
})

const ended = { exit_code: 0, failure: null, stdout_bytes: 1, stderr_bytes: 2 }

t.test('a store that is not this version is refused and left as it is', async t => {
  await t.test('one that is not there', async t => {
    const path = storePath(t)
    await t.rejects(openStore(path), { name: 'UserError', message: /holds no store yet/ })
  })

  await t.test('one written by a newer version', async t => {
    const path = storePath(t)
    await migrate(path)
    const database = new DatabaseSync(path)
    database.exec("insert into kysely_migration values ('9999-from-the-future', '2030-01-01T00:00:00.000Z')")
    database.close()
    const newer = { name: 'UserError', message: /newer version.*9999-from-the-future/ }
    await t.rejects(openStore(path), newer)
    await t.rejects(migrate(path), newer)
    t.ok(tablesOf(path).includes('sessions'))
  })

  await t.test('one that lacks a migration', async t => {
    const path = storePath(t)
    await migrate(path)
    const database = new DatabaseSync(path)
    database.exec("delete from kysely_migration where name = '0001-first-light'")
    database.close()
    await t.rejects(openStore(path), { name: 'UserError', message: /0001-first-light|no store yet/ })
  })

  await t.test('a file that is no database', async t => {
    const path = storePath(t)
    await migrate(path)
    for (const suffix of ['-wal', '-shm']) t.notOk(existsSync(path + suffix), 'closed in order')
    writeFileSync(path, 'this is no database, and longer than a header of one hundred bytes: '.repeat(4))
    await t.rejects(openStore(path), /not a database/)
  })
})
