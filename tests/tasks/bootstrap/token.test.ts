import { chmodSync, existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import t from 'tap'
import { openWorkspace } from '../../../config/workspace.ts'
import { openStore } from '../../../services/store/store.ts'
import { createToken, findTokenBySecret, listTokens, revokeToken } from '../../../services/store/tokens.ts'
import { disableUser, enableUser } from '../../../services/store/user-access.ts'
import { createUser, findUser } from '../../../services/store/users.ts'
import { prepareStorage } from '../../../tasks/bootstrap/storage.ts'
import { missingTokenVariable, prepareToken } from '../../../tasks/bootstrap/token.ts'
import { workspaceRoot } from './place.ts'

t.test('made once, told once, 0600, made anew when its file is lost or its token revoked', async t => {
  const workspace = openWorkspace(workspaceRoot(t), {})
  await prepareStorage(workspace)
  const file = workspace.adminTokenFile
  const { made } = await prepareToken(workspace)
  t.match(made, /^dst_[\w-]{43}$/)
  t.equal(statSync(file).mode & 0o777, 0o600)
  t.equal(readFileSync(file, 'utf8'), `${made}\n`)
  chmodSync(file, 0o644)
  t.same(await prepareToken(workspace), { file, made: undefined }, 'it is not told again')
  t.equal(statSync(file).mode & 0o777, 0o600, 'its mode is mended')

  rmSync(file)
  const second = (await prepareToken(workspace)).made ?? ''
  await using store = await openStore(workspace.storeFile)
  t.type((await findTokenBySecret(store, made ?? ''))?.revoked_at, 'string', 'the lost one is worthless')
  t.equal((await listTokens(store)).length, 2)

  const token = await findTokenBySecret(store, second)
  t.ok(token !== undefined && (await revokeToken(store, token.id, new Date().toISOString())))
  const third = (await prepareToken(workspace)).made ?? ''
  t.equal((await findTokenBySecret(store, third))?.revoked_at, null, 'a revoked one is of no use')
})

t.test('the variable in which clients expect a token: a warning where it is missing or empty', async t => {
  t.equal(missingTokenVariable('MY_TOKEN', { MY_TOKEN: 'x' }), undefined)
  for (const environment of [{}, { MY_TOKEN: '' }])
    t.match(missingTokenVariable('MY_TOKEN', environment), /^the environment variable MY_TOKEN is not set/)
})

t.test('where its user was disabled that stands, and is told', async t => {
  const workspace = openWorkspace(workspaceRoot(t), {})
  await prepareStorage(workspace)
  const { file, made } = await prepareToken(workspace)
  await using store = await openStore(workspace.storeFile)
  const now = new Date().toISOString()
  await createToken(store, { name: 'ops', scopes: ['admin'], now, expires_at: null })
  const user = await findUser(store, 'bootstrap')
  if (user === undefined) throw new Error('it was made with the token')
  t.match(user, { role: 'admin' })
  await disableUser(store, user.id, now)
  const { warning, ...prepared } = await prepareToken(workspace)
  t.same(prepared, { file, made: undefined })
  t.match(warning, /^the user bootstrap is disabled.*token:create NAME --scopes admin/)
  t.equal(readFileSync(file, 'utf8'), `${made}\n`, 'what is in the file stays')
  await enableUser(store, user.id)
  t.match(await prepareToken(workspace), { made: undefined, warning: undefined }, 'and is good again')
})

t.test('where somebody else is called like its user, nobody is made an administrator', async t => {
  const workspace = openWorkspace(workspaceRoot(t), {})
  await prepareStorage(workspace)
  await using store = await openStore(workspace.storeFile)
  await createUser(store, { name: 'Bootstrap', role: 'service', now: new Date().toISOString() })
  const { file, made, warning } = await prepareToken(workspace)
  t.equal(made, undefined)
  t.match(warning, /^the user Bootstrap has the role service.*token:create NAME --scopes admin/)
  t.notOk(existsSync(file))
  t.same(await listTokens(store), [])
})
