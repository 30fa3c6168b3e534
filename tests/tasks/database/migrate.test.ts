import t from 'tap'
import { migrationNames } from '../../../services/store/migration-names.ts'
import { takeTurn } from '../../../tasks/bootstrap/turn.ts'
import { currentRevision, historyText, readHistory } from '../../../tasks/database/history.ts'
import { downgrade, upgrade } from '../../../tasks/database/migrate.ts'
import { readRevision } from '../../../tasks/database/revision.ts'
import { dbDowngrade, dbUpgrade } from '../../../tasks/database/tasks.ts'
import { readParams } from '../read-params.ts'
import { pretendService, storeWorkspace, waiting } from '../store-workspace.ts'

const yes = async () => true
const newest = migrationNames.at(-1)

t.test('a store goes back and forth, and its history tells where it is', async t => {
  const workspace = await storeWorkspace(t)
  const { storeFile } = workspace
  t.equal(currentRevision(storeFile), newest)
  t.same(await downgrade(workspace, '0001-first-light', yes, waiting()), {
    outcome: 'done',
    undone: migrationNames.slice(1).toReversed(),
  })
  t.same(
    readHistory(storeFile).map(({ state }) => state),
    migrationNames.map((_, index) => (index === 0 ? 'applied' : 'pending')),
  )
  t.match(
    historyText(readHistory(storeFile)),
    /^applied {2}0001-first-light {2}\d{4}-.*\npending {2}0002-leases\n/,
  )
  t.same(await upgrade(workspace, '0002-leases', waiting()), ['0002-leases'])
  t.same(await upgrade(workspace, undefined, waiting()), migrationNames.slice(2))
  t.same(await upgrade(workspace, undefined, waiting()), [], 'up to date')
  t.match(await downgrade(workspace, null, yes, waiting()), { undone: migrationNames.toReversed() })
  t.equal(currentRevision(storeFile), undefined)
})

t.test('a wrong direction is refused, with the right one', async t => {
  const workspace = await storeWorkspace(t)
  await t.rejects(upgrade(workspace, '0001-first-light', waiting()), {
    message: new RegExp(`is at ${newest}, which is past 0001-first-light`),
    fix: /db:downgrade 0001-first-light/,
  })
  await downgrade(workspace, '0001-first-light', yes, waiting())
  await t.rejects(downgrade(workspace, '0002-leases', yes, waiting()), {
    message: /which is before 0002-leases/,
    fix: /db:upgrade 0002-leases/,
  })
})

t.test('a downgrade asks, and is refused where nobody can be asked', async t => {
  const workspace = await storeWorkspace(t)
  await t.rejects(downgrade(workspace, null, undefined, waiting()), {
    name: 'UserError',
    message: new RegExp(`taking back ${migrationNames.toReversed().join(', ')} in .* loses`),
    fix: /--yes/,
  })
  t.same(await downgrade(workspace, null, async () => false, waiting()), { outcome: 'declined' })
  t.equal(currentRevision(workspace.storeFile), newest)
  t.same(await downgrade(workspace, newest ?? null, undefined, waiting()), {
    outcome: 'done',
    undone: [],
  })
})

t.test('no migration is taken back under services; those of another clone of the store count', async t => {
  const workspace = await storeWorkspace(t)
  await pretendService(workspace)
  await t.rejects(downgrade(workspace, null, yes, waiting()), {
    name: 'UserError',
    message: new RegExp(
      `no migration is taken back while services use the store: api \\(pid ${process.pid}\\)`,
    ),
    fix: /task down/,
  })
  t.equal(currentRevision(workspace.storeFile), newest)
})

t.test('who comes second waits, and says so', async t => {
  const workspace = await storeWorkspace(t)
  const turn = await takeTurn(workspace, waiting())
  const told = Promise.withResolvers<string>()
  const upgrading = upgrade(workspace, undefined, { signal: AbortSignal.timeout(10_000), log: told.resolve })
  t.match(await told.promise, /another bootstrap of this clone is under way; waiting for it/)
  turn[Symbol.dispose]()
  t.same(await upgrading, [])
})

t.test('revisions as they are typed', async t => {
  t.equal(readRevision('base'), null)
  t.equal(readRevision('head'), newest)
  t.equal(readRevision('0002'), '0002-leases')
  t.throws(() => readRevision('0002-leasse'), { name: 'UserError', fix: 'did you mean "0002-leases"?' })
  t.throws(() => readRevision('zzz'), {
    message: /no revision "zzz"/,
    fix: /^one of: base, 0001-first-light/,
  })
  t.match(await readParams(dbUpgrade, ['0002']), { revision: '0002-leases' })
  t.match(await readParams(dbDowngrade, ['base']), { revision: null })
  await t.rejects(readParams(dbDowngrade, []), {
    message: /^REVISION \(one that npx task db:history shows.*is missing/,
  })
  await t.rejects(readParams(dbUpgrade, ['base']), { message: /an upgrade leads to a migration/ })
  await t.rejects(readParams(dbUpgrade, ['0002-leasse']), {
    message: 'REVISION is "0002-leasse": there is no revision "0002-leasse"',
    fix: 'did you mean "0002-leases"?',
  })
})
