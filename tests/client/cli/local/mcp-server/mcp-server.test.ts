import { cp, mkdir, readFile, realpath, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import t from 'tap'
import { cli, temporary } from '../../rig.ts'

t.setTimeout(120_000)

const fixtures = resolve(import.meta.dirname, '../../../../fixtures/mcp-servers')

async function clone(t: Parameters<typeof temporary>[0]) {
  const root = await realpath(await temporary(t))
  await mkdir(join(root, 'config'))
  await writeFile(join(root, 'config/mcp.toml'), '[manager]\nregistry = ""\n')
  await cp(fixtures, join(root, 'catalogues'), { recursive: true })
  const environment = { PATH: process.env.PATH ?? '', HOME: root, DEBUG_SERVER_HOME: join(root, 'home') }
  const run = (args: readonly string[], { directory = root, stdin = '' } = {}) =>
    cli(['mcp-server', ...args], { root, directory, environment, stdin })
  return { root, run, overlay: () => readFile(join(root, '.artifacts/mcp/servers.toml'), 'utf8') }
}

t.test('servers are found, installed and removed by hand', async t => {
  const { run, root, overlay } = await clone(t)
  t.match(await run(['discovered']), { code: 0, stdout: 'none were found\n' })
  t.match(await run(['refresh', 'catalog.toml'], { directory: join(root, 'catalogues') }), {
    code: 0,
    stdout: 'catalogues/catalog.toml: 2 servers\n',
  })
  const found = await run(['discover', 'echo'])
  t.match(found, {
    code: 0,
    stdout: /^SCORE +NAME +VERSION +FROM +DESCRIPTION\n0\.8 +org\.example\/tiny +1\.2\.3 /,
  })
  t.match(found.stderr, /^discover servers …\nwarning: no registry is set/)
  const planned = await run(['install', 'tiny', '--target', 'mine', '--option', 'GREETING=hi', '--dry-run'])
  t.match(planned, {
    code: 0,
    stdout: /^--- \/dev\/null\n\+\+\+ b\/.artifacts\/mcp\/servers.toml\n@@ .*\n[\s\S]*^\+\[servers\.mine\]$/m,
  })
  await t.rejects(overlay())
  t.match(await run(['install', 'tiny', '--target', 'mine', '--option', 'GREETING=hi']), {
    code: 0,
    stdout: 'installed mine (tiny-mcp-server@1.2.3)\n',
  })
  t.match(await overlay(), /\[servers\.mine\.env\]\nGREETING = "hi"/)
  t.match(await run(['install', 'notes', '--option', 'token=$NOTES_TOKEN']), {
    code: 0,
    stdout:
      /^installed notes\nit is started or reached with \$NOTES_TOKEN of the proxy: set before "npx task up"/,
  })
  t.match(await run(['install', 'notes', '--option', 'token=$OTHER']), {
    code: 1,
    stderr: /"notes" is installed already\n.*force = true \(--force\)/,
  })
  t.match(await run(['reconcile']), { code: 0, stdout: 'all agrees\n' })
  t.match(await run(['remove', 'mine']), { code: 0, stdout: 'removed mine\n' })
  t.notMatch(await overlay(), /mine/)
})

t.test('names of servers are completed, in the clone', async t => {
  const { run, root } = await clone(t)
  await run(['refresh', 'catalogues/catalog.toml'])
  await run(['install', 'tiny', '--target', 'mine'])
  const complete = async (word: string, directory = root) => {
    const line = `debug-server mcp-server ${word} `
    const { stdout } = await cli(['--complete', 'bash', ':', line], {
      ...{ root, directory },
      environment: { DEBUG_SERVER_HOME: join(root, 'home') },
    })
    return stdout
  }
  t.match(await complete('install'), /org\.example\/tiny/)
  t.match(await complete('remove'), /mine/)
  t.notMatch(await complete('remove', '/'), /mine/)
})

t.test('what goes wrong is told, with what to do; --json has the whole answer', async t => {
  const { run } = await clone(t)
  t.match(await run(['install', 'tiny']), {
    code: 1,
    stdout: '',
    stderr: /error: no server "tiny" was discovered/,
  })
  const told = await run(['remove', 'x', '--json'])
  t.equal(told.code, 1)
  t.match(JSON.parse(told.stdout), {
    status: 'error',
    errors: [/no server "x" is installed/],
    files_updated: [],
    commands_run: [],
    warnings: [],
  })
  for (const [args, reason] of [
    [['install'], /either a name or --descriptor/],
    [['install', 'x', '--option', 'y'], /--option "y": expected NAME=VALUE/],
    [['install', '--descriptor', '-'], /is no JSON/],
    [['discover', 'x', '--limit', 'many'], /--limit "many": expected a number/],
    [['remove'], /NAME/],
  ] as const)
    t.match(await run(args, { stdin: 'none' }), { code: 2, stderr: reason }, args.join(' '))
  t.match(await run(['discovered'], { directory: '/' }), { code: 1, stderr: /not in the clone/ })
  const descriptor = JSON.stringify({ name: 'a/esc\u001b[31m', command: 'x' })
  const refused = await run(['install', '--descriptor', '-'], { stdin: descriptor })
  t.equal(refused.code, 1)
  t.notMatch(refused.stderr, '\u001b')
})

t.test('what a catalogue says cannot do anything to the terminal', async t => {
  const { run, root } = await clone(t)
  const server = {
    name: 'a/b',
    description: 'nice\u001b]0;owned\u0007\u202eevil',
    url: 'https://example.org',
  }
  await writeFile(join(root, 'x.json'), JSON.stringify([server]))
  for (const args of [
    ['refresh', 'x.json', '--dry-run'],
    ['refresh', 'x.json'],
    ['discovered'],
    ['discover', 'b'],
  ]) {
    const { stdout, stderr, code } = await run(args)
    t.equal(code, 0)
    t.notMatch(`${stdout}${stderr}`, /[^\P{C}\n]/u, args.join(' '))
  }
})
