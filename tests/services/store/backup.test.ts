import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { backupStore } from '../../../services/store/backup.ts'
import { migrate } from '../../../services/store/migrate.ts'
import { migrationNames } from '../../../services/store/migration-names.ts'
import { restoreStore } from '../../../services/store/restore.ts'
import { openStore } from '../../../services/store/store.ts'
import { createToken, listTokens } from '../../../services/store/tokens.ts'
import { verifyStore } from '../../../services/store/verify.ts'
import { storePath } from './store-rig.ts'

const now = '2026-01-01T00:00:00.000Z'

async function add(path: string, name: string): Promise<void> {
  await using store = await openStore(path)
  await createToken(store, { name, scopes: [], now, expires_at: null })
}
async function names(path: string): Promise<string[]> {
  await using store = await openStore(path)
  return (await listTokens(store)).map(({ name }) => name).sort()
}

async function made(owner: Parameters<typeof storePath>[0]) {
  const path = storePath(owner)
  await migrate(path)
  return { path, file: join(dirname(path), 'copies', 'backup.db') }
}

t.test('a backup is whole, though services write meanwhile, and for its owner alone', async t => {
  const { path, file } = await made(t)
  await using store = await openStore(path)
  let writing = true
  let count = 0
  const writer = (async () => {
    for (; writing; count++) {
      await createToken(store, { name: `t${count}`, scopes: [], now, expires_at: null })
      await setImmediate()
    }
  })()
  for (let round = 0; round < 5; round++) {
    await backupStore(path, file)
    t.same((await verifyStore(file)).applied, migrationNames)
  }
  writing = false
  await writer
  t.ok(count > 0)
  t.equal(statSync(file).mode & 0o777, 0o600)
  t.same(readdirSync(dirname(file)), ['backup.db'], 'nothing is left beside it')
})

t.test('a backup that cannot be made leaves what was there', async t => {
  const { path, file } = await made(t)
  await t.rejects(backupStore(join(dirname(path), 'missing'), file), {
    name: 'UserError',
    message: /there is no store/,
  })
  await backupStore(path, file)
  const before = readFileSync(file)
  const database = new DatabaseSync(path)
  database.exec('drop table tokens')
  database.close()
  await t.rejects(backupStore(path, file), { message: /no store of ours as .*: it lacks tokens\./ })
  t.same(readFileSync(file), before)
  t.same(readdirSync(dirname(file)), ['backup.db'])
})

t.test('a restored store is the backup; what was there is kept beside it, each time', async t => {
  const { path, file } = await made(t)
  await add(path, 'first')
  await backupStore(path, file)
  await add(path, 'second')
  t.equal(await restoreStore(file, path), `${path}.before-restore`)
  t.same(await names(path), ['first'])
  t.same(await names(`${path}.before-restore`), ['first', 'second'])
  await add(path, 'third')
  t.equal(await restoreStore(file, path), `${path}.before-restore-2`)
  t.same(await names(path), ['first'])
  t.same(await names(`${path}.before-restore-2`), ['first', 'third'])
  t.same(
    readdirSync(dirname(path)).filter(name => name.startsWith('.')),
    [],
  )
})

t.test('with what a killed service had not folded in', async t => {
  const { path, file } = await made(t)
  await add(path, 'first')
  await backupStore(path, file)
  const service = new DatabaseSync(path)
  service.exec('pragma journal_mode = wal')
  service.exec(
    `insert into tokens (id, user_id, name, secret_sha256, scopes_json, created_at)
      select 'tok_0', user_id, 'unfolded', 'x', scopes_json, created_at from tokens`,
  )
  const [wal, whole] = [readFileSync(`${path}-wal`), readFileSync(path)]
  service.close()
  writeFileSync(path, whole)
  writeFileSync(`${path}-wal`, wal)
  const kept = (await restoreStore(file, path)) ?? ''
  t.same(await names(path), ['first'])
  t.same(await names(kept), ['first', 'unfolded'])
})

t.test('it takes the place of a damaged store, or of none', async t => {
  const { path, file } = await made(t)
  await add(path, 'first')
  await backupStore(path, file)
  writeFileSync(path, 'damaged beyond all recognition: '.repeat(10))
  const kept = (await restoreStore(file, path)) ?? ''
  t.same(await names(path), ['first'])
  t.match(readFileSync(kept, 'utf8'), /^damaged/)
  const fresh = join(dirname(path), 'fresh.db')
  t.equal(await restoreStore(file, fresh), undefined)
  t.same(await names(fresh), ['first'])
})

t.test('a store that somebody has open is not replaced', async t => {
  const { path, file } = await made(t)
  await backupStore(path, file)
  await using _ = await openStore(path)
  await t.rejects(restoreStore(file, path, 100), { name: 'StoreBusyError' })
  t.notOk(existsSync(`${path}.before-restore`))
})

t.test('what is no whole store of this version or an older one is refused', async t => {
  const { path, file } = await made(t)
  const refused = async (change: (database: DatabaseSync) => void, message: RegExp) => {
    await backupStore(path, file)
    const database = new DatabaseSync(file)
    change(database)
    database.close()
    await t.rejects(restoreStore(file, path), { name: 'UserError', message })
    t.notOk(existsSync(`${path}.before-restore`))
  }
  await t.rejects(restoreStore(file, path), { name: 'UserError', message: /there is no .*backup\.db/ })
  await refused(
    database => database.exec("insert into kysely_migration values ('9999-x', '2030-01-01T00:00:00.000Z')"),
    /newer version: it has the migration 9999-x/,
  )
  await refused(
    database => database.exec("delete from kysely_migration where name = '0001-first-light'"),
    /lacks 0001-first-light, and has what came after it/,
  )
  await refused(database => database.exec('delete from kysely_migration'), /it holds no store/)
  await refused(
    database => database.exec('alter table sessions drop column revision'),
    /it lacks sessions\.revision/,
  )
  writeFileSync(file, 'text, and more of it than a header has: '.repeat(10))
  await t.rejects(restoreStore(file, path), { name: 'UserError', message: /cannot be read as a store/ })
})

t.test('an older store is one: it is as its last migration left it', async t => {
  const path = storePath(t)
  await migrate(path, { to: '0001-first-light' })
  t.match(await verifyStore(path), { applied: ['0001-first-light'] })
  t.same(await migrate(path), migrationNames.slice(1))
  t.same(await migrate(path, { to: '0002-leases' }), migrationNames.slice(2).toReversed(), 'and back')
  t.match(await verifyStore(path), { applied: migrationNames.slice(0, 2) })
  t.same(await migrate(path, { to: null }), ['0002-leases', '0001-first-light'])
  await t.rejects(verifyStore(path), { message: /it holds no store/ })
})
