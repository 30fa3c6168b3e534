import { readdirSync } from 'node:fs'
import t from 'tap'
import { openWorkspace } from '../../../config/workspace.ts'
import { isTokenValid } from '../../../services/store/look.ts'
import { readTokenRequest } from '../../../services/store/token-request.ts'
import { tokenCreate, tokenRevoke } from '../../../tasks/tokens/tasks.ts'
import { stateOf, tokenTable } from '../../../tasks/tokens/token-table.ts'
import { makeToken, readExpiry, readTokens, revoke } from '../../../tasks/tokens/tokens.ts'
import { workspaceRoot } from '../bootstrap/place.ts'
import { readParams } from '../read-params.ts'
import { storeWorkspace } from '../store-workspace.ts'

t.test('made, listed without its secret, revoked by name, by id and by a beginning of it', async t => {
  const workspace = await storeWorkspace(t)
  const now = new Date().toISOString()
  const made = await makeToken(workspace, { name: 'ops', scopes: ['admin', 'cli'], expires_in: 60 })
  t.match(made, { name: 'ops', scopes: ['admin', 'cli'], token: /^dst_/, expires_at: /^\d{4}-/ })
  t.equal(isTokenValid(workspace.storeFile, made.token, now), true)
  const [listed] = await readTokens(workspace)
  t.match(listed, { id: made.id, name: 'ops' })
  t.notMatch(JSON.stringify(listed), made.token)
  t.match(await revoke(workspace, 'ops'), { id: made.id, revoked_at: String })
  t.equal(isTokenValid(workspace.storeFile, made.token, now), false)
  await t.rejects(revoke(workspace, 'ops'), { name: 'UserError', message: /called ops is revoked already/ })
  const second = await makeToken(workspace, { name: 'ops', scopes: [] })
  t.equal((await revoke(workspace, second.id)).id, second.id, 'the name is free again')
  const third = await makeToken(workspace, { name: 'ops', scopes: [] })
  t.equal((await revoke(workspace, third.id.slice(0, 10))).id, third.id)
})

t.test('a name that is taken and a token that is not there', async t => {
  const workspace = await storeWorkspace(t)
  const { id } = await makeToken(workspace, { name: 'ops', scopes: [] })
  await t.rejects(makeToken(workspace, { name: 'ops', scopes: [] }), {
    name: 'UserError',
    message: `ops has a token called ops already: ${id}`,
    fix: /token:revoke/,
  })
  await t.rejects(revoke(workspace, 'nobody'), { name: 'UserError', message: /no token is called.*"nobody"/ })
  await makeToken(workspace, { name: 'second', scopes: [] })
  await t.rejects(revoke(workspace, 'tok_'), { message: /several tokens begin like tok_: tok_/ })
})

t.test('without a store there is none afterwards', async t => {
  const workspace = openWorkspace(workspaceRoot(t), {})
  await t.rejects(readTokens(workspace), {
    name: 'UserError',
    message: /there is no store at .*metadata\.db/,
  })
  t.same(readdirSync(workspace.root), ['config'])
})

t.test('what is typed', async t => {
  t.same(await readParams(tokenCreate, ['ops', '--scopes', 'admin,cli']), {
    name: 'ops',
    scopes: ['admin', 'cli'],
    json: false,
    config: [],
  })
  t.match(
    await readParams(tokenCreate, [
      '--scopes=cli',
      '--scopes',
      'mcp',
      'ops',
      '--expires-in',
      '30d',
      '--json',
    ]),
    { scopes: ['cli', 'mcp'], expiresIn: '30d', json: true },
  )
  await t.rejects(readParams(tokenCreate, []), {
    message: /^NAME \(what it is called\) is missing\n--scopes \(what it may do.*\) is missing$/,
    fix: /^usage: task alone NAME --scopes SCOPE,SCOPE… \[--user NAME\] \[--expires-in TIME\] \[--json\]/,
  })
  await t.rejects(readParams(tokenCreate, ['ops']), { message: /^--scopes .*is missing/ })
  await t.rejects(readParams(tokenRevoke, []), { message: /^NAME\|ID .*is missing/ })
  await t.rejects(readParams(tokenRevoke, ['']), { message: 'NAME|ID is "", expected at least 1 character' })
  const request = (changes: object) =>
    readTokenRequest({ name: 'ops', user: undefined, scopes: ['cli'], expires_in: undefined, ...changes })
  t.match(request({ scopes: ['cli', 'cli'] }), { scopes: ['cli'] })
  t.throws(() => request({ scopes: ['admn'] }), {
    message: 'there is no scope "admn"',
    fix: 'did you mean "admin"?',
  })
  t.throws(() => request({ name: 'a b' }), { name: 'UserError', message: /letters, digits/ })
  t.throws(() => request({ expires_in: 0 }), {
    name: 'UserError',
    message: /^this is no token to make: expires_in: /,
  })
})

t.test('--expires-in, in whole seconds', async t => {
  t.equal(readExpiry('30d'), 2_592_000)
  t.equal(readExpiry('1.0004s'), 1)
  for (const text of ['', '-1d', '1y'])
    t.throws(() => readExpiry(text), { name: 'UserError', message: /^--expires-in is ".*", expected/ }, text)
})

t.test('the table', async t => {
  const token = {
    ...{ name: 'ops', user: 'alice', scopes: ['cli' as const], created_at: '2026-01-01T00:00:00.000Z' },
    ...{ last_used_at: null, user_disabled_at: null, made_with: null, mcp_servers: null },
    ...{ expires_at: '2026-02-01T00:00:00.000Z', revoked_at: null },
  }
  const workspace = await storeWorkspace(t)
  const { id } = await makeToken(workspace, { name: 'x', scopes: [] })
  const row = { ...token, id }
  t.equal(stateOf(row, Date.parse('2026-01-15')), 'valid')
  t.equal(stateOf(row, Date.parse('2026-02-15')), 'expired')
  t.equal(stateOf({ ...row, revoked_at: token.created_at }, 0), 'revoked')
  t.equal(stateOf({ ...row, user_disabled_at: token.created_at }, 0), 'disabled')
  t.match(tokenTable([row], 0), /^ID .*SCOPES\ntok_\w+ {2}ops {3}alice {2}valid .*cli\n$/)
  t.equal(tokenTable([], 0), 'no tokens\n')
})
