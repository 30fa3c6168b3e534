import { cp, readdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import t from 'tap'
import { identify, isAlive } from '../../../../lib/processes/identity.ts'
import { listAudit } from '../../../../services/store/audit.ts'
import { until } from '../../../until.ts'
import { call, managerTable, startRig, toolNames, unruly, unrulyTable } from './rig.ts'

t.setTimeout(240_000)

const fixtures = resolve(import.meta.dirname, '../../../fixtures/mcp-servers')
async function startManaged(t: Parameters<typeof startRig>[0], more = '', keys = '') {
  const table = managerTable.replace('builtin = "manager"', `builtin = "manager"\n${keys}`)
  const rig = await startRig(t, `${table}${more}`)
  await cp(fixtures, join(rig.root, 'catalogues'), { recursive: true })
  const admin = await rig.token('admin', ['admin'])
  const client = await rig.connect({ bearer: admin.secret })
  await until('the manager is known', async () => (await toolNames(client)).includes('manage_servers'))
  return { ...rig, client, admin: admin.secret }
}

async function manage(client: Client, operation: string, params: Record<string, unknown> = {}) {
  const { text, failed } = await call(client, 'manage_servers', { operation, params })
  return { failed, ...JSON.parse(text) }
}

t.test(
  'a server that is installed over MCP can be called at once, and is gone when it is removed',
  async t => {
    const { client, root } = await startManaged(t, unrulyTable('one'))
    t.ok((await toolNames(client)).includes('manage_servers'))
    const told: unknown[] = []
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => void told.push(1))
    t.match(await manage(client, 'refresh_discovery', { source_path: 'catalogues/catalog.toml' }), {
      failed: false,
      status: 'ok',
    })
    const input = { name: 'org.example/tiny', target_name: 'smoke', options: { GREETING: 'good $day' } }
    const planned = await manage(client, 'install_server', { ...input, dry_run: true })
    t.match(planned, {
      failed: false,
      commands_run: [{ status: 'skipped' }],
      files_updated: [{ changed: true }],
    })
    t.match(await call(client, 'smoke_echo', { text: 'x' }), { failed: true, text: /there is no tool/ })
    const before = told.length
    const installed = await manage(client, 'INSTALL_SERVER', input)
    t.match(installed, { failed: false, details: { target: 'smoke', package: 'tiny-mcp-server@1.2.3' } })
    t.equal(installed.files_updated[0].diff, planned.files_updated[0].diff, 'as the dry run had told')
    t.match(await call(client, 'smoke_echo', { text: 'hello' }), { failed: false, text: 'hello' })
    await until('clients are told', () => told.length > before)
    const settings = JSON.parse((await call(client, 'smoke_settings')).text)
    t.equal(settings.greeting, 'good $day', 'a text is no reference to a variable')
    const running = identify(settings.pid)
    t.ok(running)
    t.match(await call(client, 'one_echo', { text: 'still' }), { failed: false })
    t.match(await manage(client, 'remove_server', { name: 'smoke' }), { failed: false })
    t.match(await call(client, 'smoke_echo', { text: 'x' }), { failed: true, text: /there is no tool/ })
    t.notOk((await toolNames(client)).some(name => name.startsWith('smoke')))
    await until('its program has ended', () => running !== undefined && !isAlive(running))
    t.notMatch(await readFile(join(root, '.artifacts/mcp/servers.toml'), 'utf8'), /smoke/)
  },
)

t.test('what a catalogue says to a shell reaches the program as it stands there', async t => {
  const { client, root } = await startManaged(t)
  const evil = [
    '$(touch ran)',
    '`touch ran`',
    '; touch ran #',
    '&& touch ran',
    '$HOME',
    '$$',
    '*',
    "'",
    '"',
    '\\',
  ]
  const environmentVariables = [{ name: 'EVIL', value: evil.join(' ') }]
  const program = { command: process.execPath, args: [unruly, ...evil], environmentVariables }
  await writeFile(join(root, 'evil.json'), JSON.stringify([{ name: 'x/evil', program }]))
  t.match(await manage(client, 'refresh_discovery', { source_path: 'evil.json' }), { status: 'ok' })
  const listed = await manage(client, 'list_discovered_servers')
  t.match(listed.details.servers, [{ fixed: [`${process.execPath} ${unruly} ${evil.join(' ')}`, /^EVIL=/] }])
  t.match(await manage(client, 'install_server', { name: 'x/evil' }), { status: 'ok' })
  const facts = JSON.parse((await call(client, 'evil_facts')).text)
  t.same(facts.args, evil)
  t.equal(facts.env.EVIL, evil.join(' '))
  t.notOk((await readdir(root)).includes('ran'))
})

t.test('who has servers changed is written down, with what', async t => {
  const { client, store, admin } = await startManaged(t)
  await manage(client, 'list_discovered_servers')
  await manage(client, 'refresh_discovery', { source_path: 'catalogues/catalog.toml', dry_run: true })
  await manage(client, 'refresh_discovery', { source_path: 'catalogues/catalog.toml' })
  await manage(client, 'remove_server', { name: 'tiny' })
  await manage(client, ' Install_Server', { name: 'tiny' })
  await manage(client, 'remove_server', { name: 'tiny' })
  const entries = (await listAudit(store, { limit: 10 })).filter(({ operation }) =>
    operation.startsWith('mcp_servers.'),
  )
  t.same(
    entries.map(({ operation }) => operation).reverse(),
    ['refresh_discovery', 'install_server', 'remove_server'].map(name => `mcp_servers.${name}`),
  )
  t.match(entries[0], { actor_token_name: 'admin', address: '127.0.0.1', refused: 0 })
  t.notMatch(JSON.stringify(entries), admin)
})

t.test('who gives up a change that is being made is written down as well', async t => {
  const { client, store, root } = await startManaged(t)
  await manage(client, 'refresh_discovery', { source_path: 'catalogues/catalog.toml' })
  const ending = new AbortController()
  const params = { name: 'tiny' }
  const calling = client.callTool(
    { name: 'manage_servers', arguments: { operation: 'install_server', params } },
    undefined,
    { signal: ending.signal },
  )
  const packages = join(root, '.artifacts/mcp/packages')
  await until('npm is at work', async () => (await readdir(packages).catch(() => [])).length > 0)
  ending.abort()
  await t.rejects(calling)
  await until('it is written down', async () =>
    (await listAudit(store, { limit: 10 })).some(
      ({ operation }) => operation === 'mcp_servers.install_server',
    ),
  )
})

t.test('a change whose answer is too long to be handed on is written down as well', async t => {
  const { client, store, root } = await startManaged(t, '', 'answer_bytes = 65536')
  const servers = Array.from({ length: 300 }, (_, at) => ({
    name: `a/x${at}`,
    url: 'https://example.org/mcp',
  }))
  await writeFile(join(root, 'x.json'), JSON.stringify(servers))
  const params = { source_path: 'x.json' }
  t.match(await call(client, 'manage_servers', { operation: 'refresh_discovery', params }), {
    failed: true,
    text: /longer than 65536 bytes/,
  })
  t.match(await listAudit(store, { limit: 1 }), [{ operation: 'mcp_servers.refresh_discovery' }])
})

t.test('who is no administrator any more is none in a session that goes on', async t => {
  const { store, token, connect } = await startManaged(t)
  const { secret } = await token('both', ['admin', 'mcp'])
  const client = await connect({ bearer: secret })
  t.match(await manage(client, 'list_discovered_servers'), { failed: false })
  await store.write(transaction => transaction.updateTable('users').set({ role: 'user' }).execute())
  await t.rejects(manage(client, 'list_discovered_servers'), { message: /not found|session/i })
  const again = await connect({ bearer: secret })
  t.match(await call(again, 'manage_servers', { operation: 'x' }), { failed: true, text: /scope admin/ })
})

t.test('force_restart starts a server anew that is declared just as before', async t => {
  const { client } = await startManaged(t)
  await manage(client, 'refresh_discovery', { source_path: 'catalogues/catalog.toml' })
  const input = { name: 'tiny' }
  await manage(client, 'install_server', input)
  const pid = async () => JSON.parse((await call(client, 'tiny_settings')).text).pid
  const first = await pid()
  t.match(await manage(client, 'install_server', input), { status: 'ok', warnings: [/installed already/] })
  t.equal(await pid(), first)
  t.match(await manage(client, 'install_server', { ...input, force_restart: true }), { status: 'ok' })
  const second = await pid()
  t.not(second, first)
  t.match(
    await manage(client, 'install_server', {
      ...{ ...input, options: { GREETING: 'other' }, force_restart: true },
    }),
    { status: 'error', errors: [/installed already/] },
    'it replaces nothing',
  )
  t.equal(await pid(), second)
})

t.test('the manager is for tokens with the scope admin, and says so', async t => {
  const { connect, token, client } = await startManaged(t)
  const wide = await token('wide', ['mcp', 'cli'])
  for (const [path, name] of [
    ['/mcp', 'manage_servers'],
    ['/servers/manager/mcp', 'manage_servers'],
  ] as const) {
    const other = await connect({ bearer: wide.secret, path })
    const unmet = await call(other, name, { operation: 'run_reconciler' })
    t.match(unmet, { failed: true, text: /needs a token with the scope admin: it has programs run/ })
    t.same(await toolNames(other), [])
    await toolNames(client)
    t.match(await call(other, name, { operation: 'run_reconciler' }), { failed: true, text: /scope admin/ })
  }
})

t.test('nobody takes the name of its tool, met or not', async t => {
  const { client, connect, secret, server } = await startManaged(t, unrulyTable('manage'))
  const plain = await connect({ bearer: secret })
  await toolNames(plain)
  t.equal((await server('manage')).state, 'ready')
  t.match(await manage(client, 'list_discovered_servers'), { status: 'ok' })
  const shadow = { name: 'x', command: process.execPath, args: ['x'] }
  t.match(await manage(client, 'install_server', { descriptor: shadow, target_name: 'manage' }), {
    failed: true,
    errors: [/declared by hand/],
  })
})
