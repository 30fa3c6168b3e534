import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { migrationNames } from '../../../services/store/migration-names.ts'
import { openStore } from '../../../services/store/store.ts'
import { createToken, listTokens } from '../../../services/store/tokens.ts'
import { backUp, restore } from '../../../tasks/database/backup.ts'
import { downgrade } from '../../../tasks/database/migrate.ts'
import { directory } from '../bootstrap/place.ts'
import { pretendService, storeWorkspace, waiting } from '../store-workspace.ts'

t.test('a backup into a new file; what is there already is replaced only when asked', async t => {
  const workspace = await storeWorkspace(t)
  const place = directory(t)
  const file = join(place, 'a.db')
  t.match(await backUp(workspace, file, false), { file, bytes: Number })
  await t.rejects(backUp(workspace, file, false), {
    name: 'UserError',
    message: /is there already/,
    fix: /--force/,
  })
  await backUp(workspace, file, true)
  await t.rejects(backUp(workspace, place, true), { message: /is a directory/ })
  await t.rejects(backUp(workspace, workspace.storeFile, true), { message: /is the store itself/ })
  symlinkSync(workspace.storeFile, join(place, 'link'))
  await t.rejects(backUp(workspace, join(place, 'link'), true), { message: /is the store itself/ })
  writeFileSync(join(place, 'file'), '')
  await t.rejects(backUp(workspace, join(place, 'file/a.db'), false), {
    name: 'UserError',
    message: /cannot be copied/,
  })
})

t.test(
  'restored: the store is the backup again, and its place is where DEBUG_SERVER_DB_URL says',
  async t => {
    const place = directory(t)
    const workspace = await storeWorkspace(t, { DEBUG_SERVER_DB_URL: `sqlite:${place}/own.db` })
    t.equal(workspace.storeFile, join(place, 'own.db'))
    const file = join(place, 'a.db')
    await backUp(workspace, file, false)
    {
      await using store = await openStore(workspace.storeFile)
      await createToken(store, {
        name: 'later',
        scopes: [],
        now: '2026-01-01T00:00:00.000Z',
        expires_at: null,
      })
    }
    t.same(await restore(workspace, file, waiting()), { kept: `${place}/own.db.before-restore`, pending: [] })
    await using store = await openStore(workspace.storeFile)
    t.same(await listTokens(store), [])
  },
)

t.test('an older backup says what it lacks', async t => {
  const workspace = await storeWorkspace(t)
  const file = join(directory(t), 'a.db')
  await downgrade(workspace, '0002-leases', async () => true, waiting())
  await backUp(workspace, file, false)
  t.same((await restore(workspace, file, waiting())).pending, migrationNames.slice(2))
})

t.test('nothing is restored under services, nor from what is no backup', async t => {
  const workspace = await storeWorkspace(t)
  const file = join(directory(t), 'a.db')
  await backUp(workspace, file, false)
  await t.rejects(restore(workspace, `${file}.not`, waiting()), {
    name: 'UserError',
    message: /there is no .*a\.db\.not/,
  })
  await t.rejects(restore(workspace, workspace.storeFile, waiting()), { message: /is the store itself/ })
  mkdirSync(`${file}.directory`)
  await t.rejects(restore(workspace, `${file}.directory`, waiting()), { name: 'UserError' })
  await pretendService(workspace)
  await t.rejects(restore(workspace, file, waiting()), {
    message: new RegExp(`no backup is restored while services use the store: api \\(pid ${process.pid}\\)`),
  })
  t.notOk(existsSync(`${workspace.storeFile}.before-restore`))
})
