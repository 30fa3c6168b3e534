import { symlink, truncate } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import t from 'tap'
import { readCatalog } from '../../../../client/manager/discovery/catalog-file.ts'
import { discoveredName, readDiscovered } from '../../../../client/manager/discovery/discovered.ts'
import { makeRoot } from '../rig.ts'

t.test('a catalogue is TOML or JSON, or an answer of a registry that was kept', async t => {
  const repository = resolve(import.meta.dirname, '../../../..')
  const shipped = readCatalog(repository, 'tests/fixtures/mcp-servers/catalog.toml')
  t.same(shipped.warnings, [])
  t.match(shipped.found, [{ entry: { name: 'org.example/tiny' } }, { entry: { name: 'org.example/notes' } }])
  t.equal(shipped.from.path, 'tests/fixtures/mcp-servers/catalog.toml')
  const server = { name: 'a/b', remotes: [{ type: 'sse', url: 'https://x' }] }
  const { root, put } = await makeRoot(t, {
    'list.json': JSON.stringify([server]),
    'answer.json': JSON.stringify({ servers: [{ server, _meta: {} }], metadata: {} }),
  })
  for (const name of ['list.json', 'answer.json'])
    t.match(readCatalog(root, name), { warnings: [], found: [{ entry: { name: 'a/b' } }] }, name)
  await put('.artifacts/work/x.json', JSON.stringify([server]))
  await symlink(join(root, '.artifacts/work'), join(root, 'link'))
  for (const path of ['.artifacts/work/x.json', './link/../.artifacts/work/x.json', 'link/x.json'])
    t.throws(
      () => readCatalog(root, path),
      { name: 'UserError', message: /lies below \.artifacts, where checkouts of others lie/ },
      path,
    )
})

t.test('what is no server is left out and told; prototypes stay as they are', async t => {
  const { root } = await makeRoot(t, {
    'x.json': `{ "__proto__": { "polluted": 1 }, "servers": [
      { "name": "good", "command": "x" }, 7, { "name": "../../etc" }, { "name": "n", "command": "x", "env": { "A": "secret" } },
      { "name": "p", "__proto__": { "polluted": 1 }, "remotes": [{ "type": "sse", "url": "https://x", "variables": { "__proto__": { "default": "x" } } }] }
    ] }`,
  })
  const { found, warnings } = readCatalog(root, 'x.json')
  t.same(
    found.map(({ entry }) => entry.name),
    ['good', 'p'],
  )
  t.match(warnings, [
    /servers\[1\] is left out/,
    /servers\[2\] is left out: name/,
    /servers\[3\].*given when it is installed/,
  ])
  t.equal(Object.hasOwn(Object.prototype, 'polluted'), false)
  t.notMatch(warnings.join(), /secret/)
})

t.test('what is no catalogue is an error that repeats nothing of the file', async t => {
  const { root } = await makeRoot(t, {
    'key.json': 'TOP SECRET',
    'key.toml': 'TOP SECRET',
    'sparse.json': '[',
    'other.json': '{ "servers": { "TOP": "SECRET" } }',
    'huge.json': JSON.stringify({ servers: Array(2_001).fill({ name: 'x' }) }),
  })
  await truncate(join(root, 'sparse.json'), 20_000_000)
  for (const [name, reason] of [
    ['sparse.json', /has 20000000 bytes/],
    ['none.json', /there is no file none.json/],
    ['key.json', /key.json is no JSON/],
    ['key.toml', /key.toml is no TOML: see line 1/],
    ['other.json', /expected a list/],
    ['huge.json', /has 2001 servers; a catalogue has at most 2000/],
    ['.', /is a directory/],
  ] as const) {
    t.throws(() => readCatalog(root, name), { message: reason }, name)
    t.throws(() => readCatalog(root, name), { message: /^(?!.*SECRET)/s }, name)
  }
})

t.test('a list of discovered servers that cannot be read is an error, not an empty list', async t => {
  const { root, put } = await makeRoot(t)
  t.same(readDiscovered(root).found, [])
  for (const text of ['', '{', '[]', '{"servers":[{"from":{"kind":"registry","url":"x"},"entry":{}}]}']) {
    await put(discoveredName, text)
    t.throws(() => readDiscovered(root), { message: /discovered.json cannot be read/ }, text)
  }
})
