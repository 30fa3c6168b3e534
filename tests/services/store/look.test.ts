import { cpSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t from 'tap'
import {
  damageIn,
  isTokenValid,
  lookAtStore,
  migrationTimes,
  registeredServices,
} from '../../../services/store/look.ts'
import { migrate } from '../../../services/store/migrate.ts'
import { findMigration, migrationNames, standingOf } from '../../../services/store/migration-names.ts'
import { openStore } from '../../../services/store/store.ts'
import { createToken, revokeToken } from '../../../services/store/tokens.ts'
import { disableUser, enableUser } from '../../../services/store/user-access.ts'
import { halfWrittenIndex } from './half-written-index.ts'
import { storePath } from './store-rig.ts'

const now = '2026-01-01T00:00:00.000Z'

/** Everything that a look could leave or change: names, sizes and times of what lies beside the store. */
const traces = (path: string) =>
  readdirSync(dirname(path)).map(name => {
    const { size, mtimeMs } = statSync(join(dirname(path), name))
    return `${name} ${size} ${mtimeMs}`
  })

function lookEverywhere(path: string): void {
  lookAtStore(path)
  migrationTimes(path)
  registeredServices(path)
  damageIn(path, 'full')
  isTokenValid(path, 'dst_unknown', now)
}

t.test('a look leaves no trace', async t => {
  const path = storePath(t)
  await migrate(path)
  await t.test('where nobody has the store open', async t => {
    const before = traces(path)
    lookEverywhere(path)
    t.same(traces(path), before)
  })
  await t.test('while a service writes to it, whose last word is seen', async t => {
    await using store = await openStore(path)
    const made = await createToken(store, { name: 'a', scopes: [], now, expires_at: null })
    const before = traces(path)
    t.equal(made.outcome === 'created' && isTokenValid(path, made.secret, now), true)
    lookEverywhere(path)
    t.same(traces(path), before)
  })
  await t.test('where a service was killed', async t => {
    await using store = await openStore(path)
    const made = await createToken(store, { name: 'b', scopes: [], now, expires_at: null })
    const left = join(dirname(path), 'killed')
    mkdirSync(left)
    for (const name of readdirSync(dirname(path)).filter(
      name => name.startsWith('metadata.db') || name.includes('.db'),
    ))
      cpSync(join(dirname(path), name), join(left, name))
    const copy = join(left, path.slice(dirname(path).length + 1))
    const before = traces(copy)
    t.ok(before.length > 1, 'its write-ahead log is there')
    t.equal(made.outcome === 'created' && isTokenValid(copy, made.secret, now), true)
    lookEverywhere(copy)
    t.same(traces(copy), before)
  })
})

t.test('what is there is told', async t => {
  const path = storePath(t)
  t.same(lookAtStore(path), { kind: 'absent' })
  t.same(registeredServices(path), [])
  await migrate(path, { to: '0002-leases' })
  t.match(lookAtStore(path), {
    kind: 'store',
    applied: migrationNames.slice(0, 2),
    pending: migrationNames.slice(2),
  })
  t.same([...migrationTimes(path).keys()], migrationNames.slice(0, 2))
  t.same(damageIn(path, 'full'), [])

  const other = join(dirname(path), 'other')
  const database = new DatabaseSync(other)
  t.match(lookAtStore(other), { kind: 'store', applied: [] }, 'one that was about to be made')
  database.exec('create table theirs (x)')
  database.close()
  t.same(lookAtStore(other), { kind: 'foreign' })
  writeFileSync(other, 'no database, and longer than the header of one would be: '.repeat(5))
  t.match(lookAtStore(other), { kind: 'unreadable', reason: /not a database/ })
  t.notOk(existsSync(`${other}-wal`))
})

t.test('a token is good for something until it is revoked, expires, or its user is disabled', async t => {
  const path = storePath(t)
  await migrate(path)
  await using store = await openStore(path)
  const made = await createToken(store, {
    name: 'a',
    scopes: [],
    now,
    expires_at: '2026-02-01T00:00:00.000Z',
  })
  if (made.outcome !== 'created') throw new Error('not made')
  t.equal(isTokenValid(path, made.secret, now), true)
  t.equal(isTokenValid(path, made.secret, '2026-02-01T00:00:00.000Z'), false)
  t.equal(isTokenValid(path, `${made.secret}x`, now), false)
  await disableUser(store, made.token.user_id, now)
  t.equal(isTokenValid(path, made.secret, now), false)
  await enableUser(store, made.token.user_id)
  t.equal(isTokenValid(path, made.secret, now), true)
  await revokeToken(store, made.token.id, now)
  t.equal(isTokenValid(path, made.secret, now), false)
})

t.test('so is one of a store from before there were users', async t => {
  const path = storePath(t)
  await migrate(path)
  let secret = ''
  {
    await using store = await openStore(path)
    const made = await createToken(store, { name: 'a', scopes: [], now, expires_at: null })
    if (made.outcome === 'created') secret = made.secret
  }
  await migrate(path, { to: '0020-submodules' })
  t.equal(isTokenValid(path, secret, now), true)
  t.equal(isTokenValid(path, `${secret}x`, now), false)
})

t.test('one that somebody writes to whose index is half written is locked, not damaged', async t => {
  const path = storePath(t)
  await migrate(path)
  await using store = await openStore(path)
  await createToken(store, { name: 'a', scopes: [], now, expires_at: null })
  const release = await halfWrittenIndex(t, path)
  t.match(lookAtStore(path), { kind: 'locked', reason: 'locking protocol' })
  await release()
  t.match(lookAtStore(path), { kind: 'store' }, 'and no longer once nobody holds it')
})

t.test('migrations go by their names, or by a beginning that fits no other', async t => {
  t.equal(findMigration('0002'), '0002-leases')
  t.equal(findMigration('0001-first-light'), '0001-first-light')
  for (const text of ['', '0', '9', '0002-x']) t.equal(findMigration(text), undefined, text)
  t.same(standingOf(['0001-first-light', '9999-x']), {
    applied: ['0001-first-light', '9999-x'],
    pending: migrationNames.slice(1),
    unknown: ['9999-x'],
  })
})
