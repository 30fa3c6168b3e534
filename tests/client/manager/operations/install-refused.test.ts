import { symlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import t from 'tap'
import { makeRoot } from '../rig.ts'
import { startRig, weather } from './rig.ts'

const manifest = (name: string) => JSON.stringify({ name, version: '1.0.0', bin: 'x.js' })

t.setTimeout(120_000)

t.test('names that are not to be had', async t => {
  const { manage, put } = await startRig(
    t,
    '[composites.notes_read]\ndescription = "x"\n[composites.notes_read.operations.a]\nserver = "mine"\ntool = "x"\n',
  )
  await put('config/mcp.local.toml', '[servers.mine]\ncommand = "x"\n')
  const descriptor = { name: 'x', command: process.execPath }
  for (const [target_name, reason] of [
    ['mine', /declared by hand, and is never overridden/],
    ['notes', /could be taken for notes_read/],
    ['mine_read', /could be taken for those of mine, which is declared by hand/],
    ['mine-read', /could be taken for those of mine, which is declared by hand/],
    ['minerva', undefined],
    ['minerva_read', /could be taken for those of minerva, and the other way round/],
    ['min-er', undefined],
    ['min', /could be taken for those of min-er, and the other way round/],
    ['minerva', undefined],
    ['NOTES', /is no name of a server/],
    ['../x', /is no name of a server/],
    ['__proto__', /is no name of a server/],
    ['constructor', undefined],
    ['x'.repeat(33), /is no name of a server/],
    ['', /is no name of a server/],
  ] as const)
    t.match(
      await manage('install_server', { descriptor, target_name, force: true }),
      reason === undefined ? { status: 'ok' } : { status: 'error', errors: [reason] },
      target_name,
    )
  const both = await Promise.all(
    ['pair', 'pair_more'].map(target_name => manage('install_server', { descriptor, target_name })),
  )
  t.same(both.map(({ status }) => status).sort(), ['error', 'ok'], 'also where both come at once')
  t.match(await manage('install_server', { descriptor, target_name: 'a-b' }), { status: 'ok' })
  t.match(await manage('install_server', { descriptor, target_name: 'a_b' }), {
    status: 'error',
    errors: [/differ in a hyphen alone/],
  })
  t.match(await manage('remove_server', { name: 'mine' }), {
    errors: [/declared by hand.*\n.*mcp.local.toml/],
  })
  t.match(await manage('remove_server', { name: 'toString' }), {
    errors: [/no server "toString" is installed/],
  })
  t.match(await manage('remove_server', { name: 'a-c' }), { errors: [/did you mean "a-b"/] })
})

t.test('what cannot be run here is refused with the reason', async t => {
  const { manage } = await startRig(t)
  for (const [descriptor, reason] of [
    [{ name: 'x', command: 'no-such-program' }, /there is no program "no-such-program" on PATH/],
    [{ name: 'x', command: './config/mcp.toml' }, /there is no program/],
    [{ name: 'x', packages: [{ registryType: 'oci', identifier: 'x:1' }] }, /the manager runs none/],
    [{ name: 'x', packages: [{ registryType: 'npm', identifier: 'file:./x' }] }, /only a catalogue within/],
  ] as const)
    t.match(await manage('install_server', { descriptor }), { status: 'error', errors: [reason] })
  t.match(await manage('install_server', {}), { errors: [/give either name/] })
  t.match(await manage('install_server', { name: 'weather' }), {
    errors: [/was discovered\n.*discover_servers/],
  })
  t.match(await manage('instal_server', {}), { errors: [/there is no operation.*\n.*install_server/] })
  t.match(await manage('install_server', { nmae: 'x' }), {
    errors: [/no parameter "nmae"; did you mean "name"/],
  })
  t.match(await manage('discover_servers', { limit: 0 }), { errors: [/discover_servers: limit: /] })
})

t.test('secrets are never written, nor told', async t => {
  const { manage, overlay } = await startRig(t)
  const env = [{ name: 'API_KEY', isSecret: true, isRequired: true }]
  const descriptor = weather('1.0.0', { environmentVariables: env })
  const refused = await manage('install_server', { descriptor, options: { API_KEY: 'hunter2' } })
  t.match(refused, { status: 'error', errors: [/"API_KEY" is a secret, which is never written down/] })
  const installed = await manage('install_server', { descriptor, options: { API_KEY: '$WEATHER_KEY' } })
  t.match(installed, { status: 'ok', details: { variables: ['WEATHER_KEY'], table: { env: ['API_KEY'] } } })
  const short = {
    name: 'short',
    url: 'https://example.org/mcp',
    headers: { Authorization: 'Bearer hunter2' },
  }
  const refusedToo = await manage('install_server', { descriptor: short })
  t.match(refusedToo, { status: 'error', errors: [/"Authorization" is a secret/] })
  t.notMatch(JSON.stringify([refused, refusedToo, installed, await overlay()]), /hunter2/)
})

t.test('a directory that a catalogue names has to lie in the workspace, and be a package', async t => {
  const { manage, put, root, packagesThere } = await startRig(t)
  const { root: outside } = await makeRoot(t, { 'package.json': manifest('stranger') })
  await put('.artifacts/checkout/package.json', manifest('checked-out'))
  await put('catalogues/none/readme.md', 'x')
  await put('catalogues/badly-named/package.json', manifest('../../x'))
  await symlink(outside, join(root, 'catalogues/link'))
  const cases: readonly [path: string, reason: RegExp][] = [
    [`../../${basename(outside)}`, /leads out of this workspace/],
    [outside, /leads out of this workspace/],
    ['./link', /leads out of this workspace/],
    ['..', /leads out of this workspace/],
    ['../.artifacts/checkout', /leads out of this workspace/],
    ['./missing', /there is no such directory/],
    ['./none', /no package.json with a name and a version/],
    ['./badly-named', /no name or version that a package may have/],
  ]
  const server = (path: string, at: number) => ({
    name: `x${at}`,
    packages: [{ registryType: 'npm', identifier: `file:${path}` }],
  })
  await put('catalogues/x.json', JSON.stringify(cases.map(([path], at) => server(path, at))))
  t.match(await manage('refresh_discovery', { source_path: 'catalogues/x.json' }), {
    status: 'ok',
    warnings: [],
  })
  for (const [at, [path, reason]] of cases.entries())
    t.match(await manage('install_server', { name: `x${at}` }), { status: 'error', errors: [reason] }, path)
  t.same(await packagesThere(), [])
})
