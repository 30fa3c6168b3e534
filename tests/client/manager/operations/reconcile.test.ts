import { existsSync } from 'node:fs'
import { chmod, cp, mkdir, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import t from 'tap'
import { snapshot, startRig, weather } from './rig.ts'

t.setTimeout(120_000)

const fixtures = resolve(import.meta.dirname, '../../../fixtures/mcp-servers')

t.test('what is declared, installed and kept agrees again', async t => {
  const { manage, root, put, overlay, packagesThere, npm } = await startRig(t)
  await cp(fixtures, join(root, 'catalogues'), { recursive: true })
  await manage('refresh_discovery', { source_path: 'catalogues/catalog.toml' })
  await manage('install_server', { descriptor: weather('1.0.0') })
  await manage('install_server', { name: 'tiny' })
  await manage('install_server', { descriptor: { name: 'mine', command: process.execPath } })
  const packages = join(root, '.artifacts/mcp/packages')
  await rm(join(packages, '@example+weather@1.0.0'), { recursive: true })
  await rm(join(packages, 'local+tiny-mcp-server@1.2.3'), { recursive: true })
  for (const name of ['orphan@1.0.0', '.new-0123456789ab']) await mkdir(join(packages, name))
  for (const name of ['weather', 'gone'])
    await put(`.artifacts/mcp/offers/${name}.json`, '{ "kept": true }\n')
  await put('config/mcp.local.toml', '[servers.mine]\ncommand = "by hand"\n')
  const asked = npm.asked.length
  const before = await snapshot(root)
  const expected = {
    status: 'ok',
    details: {
      reinstalled: ['weather', 'tiny'],
      packages_removed: ['orphan@1.0.0', '.new-0123456789ab'],
      offers_dropped: ['gone'],
    },
  }
  const planned = await manage('run_reconciler', { dry_run: true })
  t.match(planned, expected)
  t.match(planned.files_updated, [
    { path: '.artifacts/mcp/servers.toml', diff: /^-\[servers\.mine\]$/m },
    { path: '.artifacts/mcp/offers/gone.json', diff: /^-\{ "kept": true \}$/m },
  ])
  t.same(await snapshot(root), before)
  t.equal(npm.asked.length, asked)
  t.match(await manage('run_reconciler'), expected)
  t.same((await packagesThere()).sort(), ['@example+weather@1.0.0', 'local+tiny-mcp-server@1.2.3'])
  t.notMatch(await overlay(), /mine/)
  t.notOk(existsSync(join(root, '.artifacts/mcp/offers/gone.json')))
  t.ok(existsSync(join(root, '.artifacts/mcp/offers/weather.json')))
  t.match(await manage('run_reconciler'), {
    details: { reinstalled: [], packages_removed: [], offers_dropped: [] },
    files_updated: [{ changed: false }],
  })
})

t.test('a package of this workspace is never taken from a registry in its place', async t => {
  const { manage, root, npm, put } = await startRig(t)
  await cp(fixtures, join(root, 'catalogues'), { recursive: true })
  await manage('refresh_discovery', { source_path: 'catalogues/catalog.toml' })
  await manage('install_server', { name: 'tiny' })
  await rm(join(root, '.artifacts/mcp/packages'), { recursive: true })
  await put('catalogues/catalog.toml', 'servers = []\n')
  t.match(await manage('refresh_discovery'), {
    details: { catalogs: [{ removed: ['org.example/tiny', 'org.example/notes'] }] },
  })
  t.match(await manage('run_reconciler'), {
    status: 'error',
    errors: [/tiny: tiny-mcp-server@1.2.3 came from a directory of this workspace/],
  })
  t.same(
    npm.asked.filter(path => path.includes('tiny')),
    [],
  )
})

t.test('removing takes the package along, unless somebody else uses it', async t => {
  const { manage, put, packagesThere, root } = await startRig(t)
  await manage('install_server', { descriptor: weather('1.0.0') })
  await manage('install_server', { descriptor: weather('1.0.0'), target_name: 'again' })
  await put('.artifacts/mcp/offers/weather.json', '{}\n')
  const planned = await manage('remove_server', { name: 'weather', dry_run: true })
  t.match(planned, { files_updated: [{ diff: /^-\[servers\.weather\]$/m }, { diff: /^-\{\}$/m }] })
  t.match(await manage('remove_server', { name: 'weather' }), { details: { packages_removed: [] } })
  t.notOk(existsSync(join(root, '.artifacts/mcp/offers/weather.json')))
  t.same(await packagesThere(), ['@example+weather@1.0.0'])
  const byHand = '.artifacts/mcp/packages/@example+weather@1.0.0/node_modules/.bin/weather'
  await writeFile(join(root, 'config/mcp.local.toml'), `[servers.hand]\ncommand = "${byHand}"\n`)
  t.match(await manage('remove_server', { name: 'again' }), { details: { packages_removed: [] } })
  await rm(join(root, 'config/mcp.local.toml'))
  t.match(await manage('run_reconciler'), { details: { packages_removed: ['@example+weather@1.0.0'] } })
})

t.test('a program by a path that leads through the packages takes none of them along', async t => {
  const { manage, put, root, packagesThere } = await startRig(t)
  await manage('install_server', { descriptor: weather('1.0.0') })
  await put('.artifacts/mcp/mine.sh', '#!/bin/sh\n')
  await chmod(join(root, '.artifacts/mcp/mine.sh'), 0o700)
  const weatherAt = '@example+weather@1.0.0/node_modules/.bin/weather'
  for (const path of ['../mine.sh', `./${weatherAt}`, `/${weatherAt}`]) {
    const descriptor = { name: 'x', command: `.artifacts/mcp/packages/${path}` }
    t.match(await manage('install_server', { descriptor }), { status: 'ok' }, path)
    t.match(await manage('remove_server', { name: 'x' }), { details: { packages_removed: [] } }, path)
    t.same(await packagesThere(), ['@example+weather@1.0.0'])
    t.ok(existsSync(join(root, '.artifacts/mcp/mine.sh')))
  }
})
