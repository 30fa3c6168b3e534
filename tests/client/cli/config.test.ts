import { copyFile, mkdir, readFile, realpath, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import t from 'tap'
import { cli, type Options, temporary } from './rig.ts'

const shipped = resolve(import.meta.dirname, '../../../config')

/** A clone with the files that are shipped, and a command line that belongs to it and is used in it. */
async function clone(t: Parameters<typeof temporary>[0]) {
  const root = await realpath(await temporary(t))
  await mkdir(join(root, 'config'))
  for (const name of ['bootstrap.toml', 'server.toml', 'smoke.toml'])
    await copyFile(join(shipped, name), join(root, 'config', name))
  const environment = { DEBUG_SERVER_HOME: join(root, 'home') }
  return {
    root,
    write: (name: string, text: string) => writeFile(join(root, 'config', name), text),
    read: (name: string) => readFile(join(root, 'config', name), 'utf8'),
    run: (args: readonly string[], options: Options = {}) =>
      cli(args, {
        root,
        directory: root,
        ...options,
        environment: { ...environment, ...options.environment },
      }),
  }
}

t.test('config show tells every setting and, when asked, where it comes from', async t => {
  const { run, write } = await clone(t)
  await write('server.local.toml', '[api]\nport = 8100\n')
  const environment = { DEBUG_SERVER__RUNNER__SLOTS: '2' }
  const { code, stdout } = await run(['config', 'show', '--origin'], { environment })
  t.equal(code, 0)
  for (const line of [
    /^client$/m,
    /^api\.port +8100 +config\/server\.local\.toml:2$/m,
    /^runner\.slots +2 +DEBUG_SERVER__RUNNER__SLOTS$/m,
    /^environment\.name +"debug-server" +config\/bootstrap\.toml:\d+$/m,
    /^environment\.use_conda +- +default$/m,
  ])
    t.match(stdout, line)
  t.notMatch((await run(['config', 'show'])).stdout, 'server.local.toml')
  const json = JSON.parse((await run(['config', 'show', '--json'])).stdout)
  t.same(json.server['api.port'], { value: 8100, from: 'config/server.local.toml:2', by: 'local' })
  t.equal(json.client.base_url, null)
  t.equal(json.bootstrap['environment.manager'].value, 'auto')
})

t.test('with something wrong, config show tells the rest, and then what is wrong', async t => {
  const { run, write } = await clone(t)
  await write('server.local.toml', '[api]\nport = 8100\nhots = "x"\n')
  const { code, stdout, stderr } = await run(['config', 'show'])
  t.equal(code, 1)
  t.match(stdout, /^api\.port +8100$/m)
  t.match(stderr, /config\/server\.local\.toml:3: unknown key api\.hots; did you mean api\.host\?/)
})

t.test('outside of the clone there is the client alone', async t => {
  const { run, root } = await clone(t)
  const elsewhere = { directory: await temporary(t) }
  const { code, stdout } = await run(['config', 'show'], elsewhere)
  t.equal(code, 0)
  t.match(stdout, /^base_url/m)
  t.match(stdout, /bootstrap, server, smoke, mcp: shown in the clone/)
  t.notMatch(stdout, 'api.port')
  const { bootstrap, server, mcp } = JSON.parse((await run(['config', 'show', '--json'], elsewhere)).stdout)
  t.same({ bootstrap, server, mcp }, { bootstrap: null, server: null, mcp: null })
  t.equal(JSON.parse((await run(['config', 'path', '--json'], elsewhere)).stdout).length, 1)
  for (const command of ['init', 'reset'])
    t.match(await run(['config', command], elsewhere), { code: 1, stderr: `cd ${root}` })
})

t.test('config path tells the files in their order, named ones last', async t => {
  const { run, root } = await clone(t)
  const environment = { DEBUG_SERVER_CONFIG: '/nowhere/x.toml' }
  t.same(JSON.parse((await run(['config', 'path', '--json'], { environment })).stdout), [
    { of: 'client', path: join(root, 'home/config.toml'), exists: false },
    { of: 'bootstrap', path: join(root, 'config/bootstrap.toml'), exists: true },
    { of: 'bootstrap', path: join(root, 'config/bootstrap.local.toml'), exists: false },
    { of: 'server', path: join(root, 'config/server.toml'), exists: true },
    { of: 'server', path: join(root, 'config/server.local.toml'), exists: false },
    { of: 'smoke', path: join(root, 'config/smoke.toml'), exists: true },
    { of: 'smoke', path: join(root, 'config/smoke.local.toml'), exists: false },
    { of: 'bootstrap, server, smoke', path: '/nowhere/x.toml', exists: false },
    { of: 'mcp', path: join(root, 'config/mcp.toml'), exists: false },
    { of: 'mcp', path: join(root, 'config/mcp.local.toml'), exists: false },
    { of: 'mcp', path: join(root, '.artifacts/mcp/servers.toml'), exists: false },
  ])
})

t.test('config show tells what is wrong with the servers of the MCP gateway, too', async t => {
  const { run, write } = await clone(t)
  await write('mcp.toml', '[servers.a]\ncommand = "x"\n')
  t.match(await run(['config', 'show']), { code: 0, stderr: '' })
  await write('mcp.local.toml', '[servers.b]\ncomand = "x"\nenv = { KEY = 1234567 }\n')
  const told = await run(['config', 'show'])
  t.match(told, {
    code: 1,
    stdout: /^server$[\s\S]*^mcp\nnot shown: something is wrong there$/m,
    stderr: /config\/mcp\.local\.toml:2: unknown key servers\.b\.comand; did you mean command\?/,
  })
  t.notMatch(told.stderr, '1234567')
})

t.test('config show tells what counts of the servers of the MCP gateway, and no secret of them', async t => {
  const { run, write } = await clone(t)
  await write('mcp.toml', '[gateway]\nclients = 5\n[servers.a]\ncommand = "x"\nargs = ["1"]\n')
  await write(
    'mcp.local.toml',
    [
      '[servers.a]\ncommand = "y"\nenv = { KEY = "s3cret" }\n[servers.b]\nurl = "https://b.example"\n',
      '[servers.b.headers]\nAuthorization = "s3cret"\n[servers.b.tools.x]\nname = "z"\n',
      '[servers.b.tools.x.input_schema]\ntype = "object"\n',
      '[servers.input_schema]\ncommand = "x"\nenv = { KEY = "s3cret" }\n',
    ].join(''),
  )
  const { code, stdout } = await run(['config', 'show', '--origin'])
  t.equal(code, 0)
  for (const line of [
    /^gateway\.clients +5 +config\/mcp\.toml:2$/m,
    /^gateway\.held_bytes +67108864 +default$/m,
    /^servers\.a\.command +"y" +config\/mcp\.local\.toml:2$/m,
    /^servers\.a\.env\.KEY +\*\*\*\* +config\/mcp\.local\.toml:3$/m,
    /^servers\.b\.headers\.Authorization +\*\*\*\* /m,
    /^servers\.b\.tools\.x\.name +"z" /m,
    /^servers\.b\.tools\.x\.input_schema +\{"type":"object"\} /m,
  ])
    t.match(stdout, line)
  t.notMatch(stdout, 'servers.a.args', 'a table takes the place of another as a whole')
  const json = await run(['config', 'show', '--json'])
  t.match(JSON.parse(json.stdout).mcp, {
    'servers.a.command': { value: 'y', from: 'config/mcp.local.toml:2' },
    'servers.a.env.KEY': { value: '****' },
    'gateway.origins': { value: [], from: 'default' },
  })
  for (const text of [stdout, json.stdout]) t.notMatch(text, 's3cret')
})

t.test('local files are made, and not overwritten', async t => {
  const { run, read, write } = await clone(t)
  t.match(await run(['config', 'init']), {
    code: 0,
    stdout:
      'wrote config/bootstrap.local.toml\nwrote config/server.local.toml\nwrote config/smoke.local.toml\n',
  })
  t.match(await read('server.local.toml'), /^#port = 8000$/m)
  await write('server.local.toml', 'mine')
  t.match(await run(['config', 'init']), { code: 1, stderr: /already there.*\n.*--force/ })
  t.equal(await read('server.local.toml'), 'mine')
  t.equal((await run(['config', 'init', '--force'])).code, 0)
  t.match(await read('server.local.toml'), /^#port = 8000$/m)
})

t.test('a reset asks, removes, and tells what still sets the key', async t => {
  const { run, read, write } = await clone(t)
  const text = '# mine\n[api]\nport = 1\nhost = "::1"\n'
  await write('server.local.toml', text)
  t.match(await run(['config', 'reset', 'api.port']), { code: 2, stderr: /there is nobody to ask\n.*--yes/ })
  for (const stdin of ['n\n', '', '\n'])
    t.match(await run(['config', 'reset', 'api.port'], { stdin, terminal: 80 }), {
      code: 1,
      stderr: /Remove api\.port from config\/server\.local\.toml\? \[y\/N\]/,
    })
  t.equal(await read('server.local.toml'), text)
  const environment = { DEBUG_SERVER__API__PORT: '2' }
  t.match(await run(['config', 'reset', 'api.port'], { stdin: 'y\n', terminal: 80, environment }), {
    code: 0,
    stdout: 'reset api.port\n',
    stderr: /api\.port is still set by DEBUG_SERVER__API__PORT\n$/,
  })
  t.equal(await read('server.local.toml'), '# mine\n[api]\nhost = "::1"\n')
  t.match(await run(['config', 'reset', 'api.prot']), {
    code: 1,
    stderr: /no key api\.prot\n.*did you mean api\.port/,
  })
  t.same(JSON.parse((await run(['config', 'reset', '--yes', '--json'])).stdout), { removed: ['api.host'] })
  t.match(await run(['config', 'reset']), { code: 0, stdout: 'nothing to reset\n' })
})
