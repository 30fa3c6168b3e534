import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import t from 'tap'
import { mcpRegistry, told } from '../discovery/mcp-registry.ts'
import { snapshot, startRig } from './rig.ts'

t.setTimeout(120_000)

const catalog = resolve(import.meta.dirname, '../../../fixtures/mcp-servers/catalog.toml')

t.test('the best of what a registry has is kept, beside what is known', async t => {
  const registry = await mcpRegistry(t, (url, response) => {
    const word = url.searchParams.get('search')
    const servers = [
      told('a/notes', { description: 'of people' }),
      told('b/other', { description: 'has notes, too' }),
    ]
    response.end(JSON.stringify({ servers: word === 'notes' ? servers : [], metadata: {} }))
  })
  const { manage, root, put } = await startRig(t)
  await put(
    'config/mcp.local.toml',
    `[manager]\nregistry = "${registry.url}"\nregistry_ca = "${registry.ca}"\n`,
  )
  await manage('refresh_discovery', { source_path: catalog })
  const before = await snapshot(root)
  const wanted = { query: 'notes', min_score: 0.6 }
  const planned = await manage('discover_servers', { ...wanted, dry_run: true })
  t.match(planned, {
    status: 'ok',
    details: {
      servers: [
        { name: 'a/notes', score: 1, status: 'added', from: registry.url, target_name: 'notes' },
        {
          name: 'org.example/notes',
          score: 1,
          status: 'cached',
          options: [{ name: 'token', required: true, secret: true }],
          fixed: ['https://notes.example.org/mcp', 'Authorization: Bearer {token}'],
        },
      ],
    },
    files_updated: [
      { path: '.artifacts/mcp/discovered.json', dry_run: true, diff: /^\+ +"name": "a\/notes",$/m },
    ],
  })
  t.same(await snapshot(root), before)
  t.match(await manage('discover_servers', wanted), { status: 'ok', files_updated: [{ changed: true }] })
  t.match(await manage('discover_servers', wanted), {
    details: { servers: [{ status: 'cached' }, { status: 'cached' }] },
    files_updated: [{ changed: false, diff: '' }],
  })
  const names = async () =>
    ((await manage('list_discovered_servers')).details.servers as { name: string }[]).map(({ name }) => name)
  t.same(await names(), ['org.example/tiny', 'org.example/notes', 'a/notes'])
  t.match(await manage('discover_servers', { query: 'nothing', append: false, tags: 'x, y' }), {
    details: { servers: [], tags: ['x', 'y'] },
  })
  t.same(await names(), ['org.example/tiny', 'org.example/notes'], 'catalogues stay')
  t.match(await manage('install_server', { name: 'notes', options: { token: '$NOTES' }, dry_run: true }), {
    status: 'ok',
    details: {
      table: { url: 'https://notes.example.org/mcp', headers: ['Authorization'] },
      variables: ['NOTES'],
    },
  })
})

t.test('more than an agent can be told at once is not told, and that is said', async t => {
  const { manage, put } = await startRig(t)
  const servers = Array.from({ length: 1_500 }, (_, at) => ({
    name: `a/x${at}`,
    description: 'long '.repeat(390),
    url: 'https://example.org/mcp',
    tags: Array(10).fill('t'.repeat(90)),
  }))
  await put('x.json', JSON.stringify(servers))
  t.match(await manage('refresh_discovery', { source_path: 'x.json' }), {
    status: 'ok',
    files_updated: [{ diff: /cut/ }],
  })
  const listed = await manage('list_discovered_servers')
  t.ok(JSON.stringify(listed).length < 1_100_000)
  t.match(listed.warnings, [/more are known than can be told at once/])
})

t.test('a name that several have is asked for in full', async t => {
  const { manage, put } = await startRig(t)
  const server = (name: string) => ({ name, url: 'https://example.org/mcp' })
  await put('x.json', JSON.stringify([server('a/x'), server('b/x')]))
  await manage('refresh_discovery', { source_path: 'x.json' })
  t.match(await manage('install_server', { name: 'x' }), { errors: [/several servers.*\n.*a\/x, b\/x/] })
  t.match(await manage('install_server', { name: 'B/X' }), { status: 'ok', details: { target: 'x' } })
})

t.test('a registry that cannot be had is an error, and what is known stays', async t => {
  const { manage, put, root } = await startRig(t)
  await manage('refresh_discovery', { source_path: catalog })
  await put('config/mcp.local.toml', '[manager]\nregistry = "https://127.0.0.1:9"\n')
  const before = await snapshot(root)
  t.match(await manage('discover_servers', { query: 'x' }), {
    status: 'error',
    errors: [/127.0.0.1:9\/v0\/servers cannot be reached: .*\n.*names another registry, or none/],
  })
  t.same(await snapshot(root), before)
  await put('config/mcp.local.toml', '')
  t.match(await manage('discover_servers', { query: 'echo' }), {
    status: 'ok',
    warnings: [/no registry is set/],
    details: { servers: [{ name: 'org.example/tiny', score: 0.8 }] },
  })
  t.match(await manage('discover_servers', { preset: 'databse' }), { errors: [/did you mean "database"/] })
  t.match(await manage('discover_servers', { preset: 'files' }), {
    details: { query: 'filesystem', tags: ['files'] },
  })
  t.match(await manage('refresh_discovery', { source_path: 'none.toml' }), {
    errors: [/there is no file none.toml/],
  })
})

t.test('servers of a catalogue that is gone are forgotten, when all are looked at anew', async t => {
  const { manage, put, root } = await startRig(t)
  const server = (name: string) => JSON.stringify([{ name, url: 'https://example.org/mcp' }])
  await put('one.json', server('a/one'))
  await put('two.json', server('a/two'))
  for (const source_path of ['one.json', 'two.json']) await manage('refresh_discovery', { source_path })
  await rm(join(root, 'one.json'))
  t.match(await manage('refresh_discovery', { source_path: 'one.json' }), {
    errors: [/there is no file one.json/],
  })
  t.match(await manage('refresh_discovery'), {
    status: 'ok',
    warnings: [/there is no file one.json any more/],
    details: {
      catalogs: [
        { from: 'one.json', removed: ['a/one'] },
        { from: 'two.json', removed: [] },
      ],
    },
  })
  t.match((await manage('list_discovered_servers')).details.servers, [{ name: 'a/two' }])
})
