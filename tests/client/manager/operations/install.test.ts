import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { until } from '../../../until.ts'
import { makeRoot } from '../rig.ts'
import { snapshot, startRig, weather } from './rig.ts'

t.setTimeout(280_000)

t.test('a version that floats is written as the one it is, and nothing of the package runs', async t => {
  const { manage, overlay, packagesThere, root } = await startRig(t)
  const installed = await manage('install_server', { descriptor: weather('^1.0.0') })
  t.match(installed, {
    status: 'ok',
    errors: [],
    details: { server: 'org.example/weather', target: 'weather', package: '@example/weather@1.4.2' },
    commands_run: [
      { command: 'npm view @example/weather@>=1.0.0 <2.0.0-0' },
      { status: 'ok', returncode: 0 },
    ],
    files_updated: [{ path: '.artifacts/mcp/servers.toml', changed: true, dry_run: false }],
  })
  const command = '.artifacts/mcp/packages/@example+weather@1.4.2/node_modules/.bin/weather'
  t.match(await overlay(), `command = "${command}"`)
  t.ok(existsSync(join(root, command)))
  t.same(await packagesThere(), ['@example+weather@1.4.2'])
  const inside = join(root, '.artifacts/mcp/packages/@example+weather@1.4.2/node_modules')
  for (const name of ['@example/weather', 'needed']) {
    t.ok(existsSync(join(inside, name)), name)
    t.notOk(existsSync(join(inside, name, 'ran')), `${name} ran nothing`)
  }
  t.match(await manage('install_server', { descriptor: weather('2.0.0') }), {
    status: 'error',
    errors: [/"weather" is installed already\n.*force = true/],
  })
  t.same(await packagesThere(), ['@example+weather@1.4.2'], 'and nothing was fetched for that')
  t.match(await manage('install_server', { descriptor: weather(), force: true }), {
    status: 'ok',
    details: { package: '@example/weather@2.0.0' },
  })
  t.same(await packagesThere(), ['@example+weather@2.0.0'], 'the one before is used by nobody')
})

t.test('a package of pypi is run by uvx, and where that is missing it is said', async t => {
  const { manage, root, npm, put, overlay } = await startRig(t)
  const packages = [
    {
      ...{ registryType: 'pypi', identifier: 'weather-mcp', version: '1.2.3' },
      packageArguments: [
        { type: 'named', name: '--root', value: '/srv' },
        { type: 'named', name: '--quiet', value: '' },
        { type: 'positional', valueHint: 'city', isRequired: true },
      ],
      environmentVariables: [
        { name: 'UNIT', value: 'C' },
        { name: 'KEY', value: 'k', isSecret: true },
      ],
    },
  ]
  await put('x.json', JSON.stringify([{ name: 'a/weather', packages }]))
  t.match(await manage('refresh_discovery', { source_path: 'x.json' }), { status: 'ok' })
  t.match((await manage('list_discovered_servers')).details.servers, [
    { options: [{ name: 'city' }], fixed: ['--root /srv', '--quiet', 'UNIT=C', 'KEY=****'] },
  ])
  const wanted = { name: 'a/weather', options: { city: 'Kraków' } }
  const path = npm.environment.PATH
  npm.environment.PATH = join(root, 'programs')
  for (const dry_run of [true, false])
    t.match(await manage('install_server', { ...wanted, dry_run }), {
      status: 'error',
      errors: [/a\/weather cannot be installed here: .* run by uvx, which is not on PATH: install uv/],
    })
  await put('programs/uvx', '#!/bin/sh\n')
  await chmod(join(root, 'programs/uvx'), 0o755)
  npm.environment.PATH = `${join(root, 'programs')}:${path}`
  t.match(await manage('install_server', wanted), { status: 'ok', commands_run: [] })
  const args = '"weather-mcp==1.2.3", "--root", "/srv", "--quiet", "Kraków"'
  t.match(await overlay(), `command = "uvx"\nargs = [${args}]`)
})

t.test('programs of a package run where a person has allowed that', async t => {
  const { manage, root } = await startRig(t, 'allow_scripts = ["@example/weather"]\n')
  await manage('install_server', { descriptor: weather('1.0.0') })
  const inside = join(root, '.artifacts/mcp/packages/@example+weather@1.0.0/node_modules')
  t.ok(existsSync(join(inside, '@example/weather/ran')))
})

t.test('a dry run tells what would be, and changes nothing at all', async t => {
  const { manage, root, npm } = await startRig(t)
  const home = npm.environment.HOME
  const [before, beforeHome, temporary] = [
    await snapshot(root),
    await snapshot(home),
    await readdir(tmpdir()),
  ]
  const planned = await manage('install_server', { descriptor: weather(), target_name: 'sky', dry_run: true })
  t.match(planned, {
    status: 'ok',
    details: { target: 'sky', dry_run: true, package: '@example/weather@2.0.0' },
    commands_run: [{ status: 'ok' }, { command: 'npm install @example/weather@2.0.0', status: 'skipped' }],
    files_updated: [{ changed: true, dry_run: true, diff: /^\+\[servers\.sky\]$/m }],
  })
  t.match(planned.files_updated[0]?.diff, /^--- \/dev\/null\n\+\+\+ b\/\.artifacts\/mcp\/servers\.toml\n@@ /)
  t.same(await snapshot(root), before)
  t.same(await snapshot(home), beforeHome)
  const left = (await readdir(tmpdir())).filter(
    name => name.startsWith('debug-server-npm-') && !temporary.includes(name),
  )
  t.same(left, [])
})

t.test('what fails on the way leaves nothing behind', async t => {
  const { manage, root, packagesThere, put } = await startRig(t)
  const before = await snapshot(root)
  for (const [identifier, reason] of [
    ['unknown-package', /has no unknown-package@latest for us/],
    ['no-program', /has no program that could be started/],
    ['liar', /liar@1.0.0/],
    ['climber', /no name that a program may have/],
    ['by-git', /npm could not install by-git@1.0.0/],
    ['by-address', /npm could not install by-address@1.0.0/],
  ] as const) {
    const descriptor = { name: 'x', packages: [{ registryType: 'npm', identifier }] }
    t.match(await manage('install_server', { descriptor }), { status: 'error', errors: [reason] }, identifier)
  }
  t.same(await packagesThere(), [])
  const after = Object.keys(await snapshot(root))
  t.same(
    after.filter(name => !name.endsWith('.lock')),
    Object.keys(before),
  )
  await put('config/mcp.local.toml', '[servers.x]\ncommnad = "x"\n')
  const broken = await manage('install_server', { descriptor: weather() })
  t.match(broken, { status: 'error', errors: [/mcp.local.toml:2/] })
  t.same(await packagesThere(), [])
})

t.test('a package is taken back where its server cannot be declared', async t => {
  const { manage, root, packagesThere } = await startRig(t)
  const directory = join(root, '.artifacts/mcp')
  await mkdir(join(directory, 'packages'), { recursive: true })
  // The file is looked at before the package is fetched, and is in the way afterwards.
  const installing = manage('install_server', { descriptor: weather('1.0.0') })
  await until('npm is at work', async () => (await packagesThere()).some(name => name.startsWith('.new-')))
  await writeFile(join(directory, 'servers.toml'), 'this is no TOML')
  t.match(await installing, { status: 'error', errors: [/servers.toml/] })
  t.same(await packagesThere(), [])
})

t.test('a call that is given up ends npm and leaves nothing', async t => {
  const { manage, root, packagesThere, overlay } = await startRig(t)
  const ending = new AbortController()
  await mkdir(join(root, '.artifacts/mcp/packages'), { recursive: true })
  const installing = manage('install_server', { descriptor: weather('1.0.0') }, ending.signal)
  await until('npm is at work', async () => (await packagesThere()).some(name => name.startsWith('.new-')))
  ending.abort(new Error('given up'))
  await t.rejects(installing, { message: 'given up' })
  t.same(await packagesThere(), [])
  await t.rejects(overlay())
})

t.test('settings of npm that others have put beside temporary files do not count', async t => {
  const { manage } = await startRig(t)
  const { root: temporary } = await makeRoot(t, {
    'package.json': '{ "workspaces": ["*"] }',
    '.npmrc': 'offline = true\n',
  })
  const { TMPDIR: before } = process.env
  t.teardown(() => {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  })
  process.env.TMPDIR = temporary
  t.match(await manage('install_server', { descriptor: weather(), dry_run: true }), {
    status: 'ok',
    details: { package: '@example/weather@2.0.0' },
  })
  t.same((await readdir(temporary)).sort(), ['.npmrc', 'package.json'])
})
