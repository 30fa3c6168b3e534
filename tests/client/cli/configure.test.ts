import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { caller } from '../samples.ts'
import { standIn } from '../stand-in-server.ts'
import { at, cli, temporary } from './rig.ts'

const unreachable = 'http://127.0.0.1:1'

t.test('a server is kept, tried, shown and used', async t => {
  const home = await temporary(t)
  const server = await standIn({
    'server.whoami': () => caller({ name: 'laptop', scopes: ['cli'] }),
  })
  t.teardown(() => server[Symbol.asyncDispose]())
  const environment = { DEBUG_SERVER_HOME: home }
  const path = join(home, 'config.toml')
  const secret = 'dbg_0123456789abcdefghij_WXYZ'

  const kept = await cli(['configure', '--base-url', `${server.url}/`, '--token', secret], { environment })
  t.same(kept, {
    code: 0,
    stdout: `saved to ${path}\n`,
    stderr: `${server.url} answers: token "laptop" of bootstrap, scopes cli\n`,
  })
  t.equal(
    await readFile(path, 'utf8'),
    `[profiles.default]\nbase_url = "${server.url}"\ntoken = "${secret}"\n`,
  )
  t.equal((await stat(path)).mode & 0o777, 0o600)
  t.equal(
    (await cli(['config', 'path'], { environment })).stdout,
    `OF      EXISTS  FILE\nclient  yes     ${path}\n`,
  )

  const shown = await cli(['config', 'show'], { environment })
  t.match(shown.stdout, /token +\*\*\*\*WXYZ +\//)
  t.notMatch(shown.stdout, secret)
  const json = JSON.parse((await cli(['config', 'show', '--json', '--insecure'], { environment })).stdout)
  t.same(json.client, {
    profile: { value: 'default', source: 'file' },
    base_url: { value: server.url, source: 'file' },
    token: { value: '****WXYZ', source: 'file' },
    signed_in: null,
    ca: null,
    insecure: { value: true, source: 'flag' },
    file: path,
  })
  t.equal((await cli(['whoami'], { environment })).code, 0)
  t.equal(server.received.at(-1)?.authorization, `Bearer ${secret}`)
})

t.test('a token can be piped, and is carried to no other server', async t => {
  const environment = { DEBUG_SERVER_HOME: await temporary(t) }
  const configure = (args: readonly string[], stdin = '') =>
    cli(['configure', ...args], { environment, stdin })
  const saved = async () => await readFile(join(environment.DEBUG_SERVER_HOME, 'config.toml'), 'utf8')

  const piped = await configure(['--base-url', unreachable], 'piped\n')
  t.equal(piped.code, 0, 'a server that is down is no reason to keep nothing')
  t.match(piped.stderr, /^warning: http:\/\/127\.0\.0\.1:1: nothing listens there/)
  t.match(await saved(), 'token = "piped"')
  await configure(['--token', '-'], 'renewed\n')
  t.match(await saved(), 'token = "renewed"')
  t.equal((await configure(['--insecure'])).code, 0)
  t.match(await saved(), 'token = "renewed"\ninsecure = true')
  await configure([])
  t.notMatch(await saved(), 'insecure', 'TLS settings are those that are given')
  const other = await configure(['--base-url', 'http://127.0.0.1:2'])
  t.equal(other.code, 2)
  t.match(other.stderr, /no token on standard input\n.*--no-token/)
})

t.test('a server can be kept without a token, for who signs in', async t => {
  const home = await temporary(t)
  const server = await standIn({
    'server.health': () => ({ status: 'ok', service: 'api', instance: 'ins_0123456789ab', version: '1.0.0' }),
  })
  t.teardown(() => server[Symbol.asyncDispose]())
  const environment = { DEBUG_SERVER_HOME: home }
  const path = join(home, 'config.toml')
  const saved = () => readFile(path, 'utf8')
  const url = ['--base-url', server.url]
  const told = `${server.url} answers; sign in with "debug-server login NAME"\n`
  t.match(await cli(['configure', ...url, '--no-token'], { environment }), { code: 0, stderr: told })
  t.equal(await saved(), `[profiles.default]\nbase_url = "${server.url}"\n`)
  t.match(await cli(['configure', ...url], { environment, terminal: 80 }), { code: 0, stderr: told })
  t.notMatch(await saved(), 'token')
  t.match(await cli(['configure', '--token', ''], { environment, terminal: 80 }), { code: 2 })
  await cli(['configure', '--token', 'kept'], { environment })
  await cli(['configure'], { environment, terminal: 80 })
  t.match(await saved(), 'token = "kept"', 'one that was kept for this very address stays')
  await cli(['configure', '--no-token'], { environment, terminal: 80 })
  t.notMatch(await saved(), 'token')
  t.match(await cli(['whoami'], { environment }), {
    code: 3,
    stderr: /sign in with "debug-server login NAME"/,
  })
})

t.test('what cannot be right is refused, and nothing is written', async t => {
  const home = await temporary(t)
  await writeFile(join(home, 'not.pem'), 'hello')
  const url = ['--base-url', unreachable]
  for (const [args, message] of [
    [['--token', 'x'], /missing --base-url URL/],
    [['--base-url', 'localhost:8000', '--token', 'x'], /--base-url "localhost:8000": expected an address/],
    [['--base-url', 'https://me:pw@x', '--token', 'x'], /user name or password/],
    [[...url, '--token', 'a b'], /--token: a token is printable ASCII/],
    [[...url, '--token', ''], /--token is empty/],
    [[...url, '--token', 'x', '--ca', 'none.pem'], /--ca .*none\.pem: no such file/],
    [[...url, '--token', 'x', '--ca', 'not.pem'], /no certificate in PEM/],
    [[...url, '--token', 'x', '--ca', 'not.pem', '--insecure'], /both --ca and --insecure/],
    [[...url, '--token', 'x', '--verify', '--insecure'], /both --verify and --insecure/],
    [[...url, '--token', 'x', '--profile', 'a b'], /--profile "a b": a name is up to 64 letters/],
    [[...url, '--token', 'x', '--profile', '__proto__'], /--profile "__proto__": a name/],
  ] as const) {
    const result = await cli(['configure', ...args], {
      environment: { DEBUG_SERVER_HOME: join(home, 'new') },
      directory: home,
    })
    t.equal(result.code, 2, args.join(' '))
    t.match(result.stderr, message)
    await t.rejects(stat(join(home, 'new')), { code: 'ENOENT' })
  }
})

t.test('a home that is not set, or cannot be written', async t => {
  const args = ['configure', '--base-url', unreachable, '--token', 'x']
  const unset = await cli(args)
  t.equal(unset.code, 1)
  t.match(unset.stderr, /HOME is not set\n {2}set DEBUG_SERVER_HOME/)
  t.equal((await cli(['config', 'path'])).code, 1)

  const home = await temporary(t)
  await writeFile(join(home, 'file'), '')
  const blocked = await cli(args, { environment: { DEBUG_SERVER_HOME: join(home, 'file', 'x') } })
  t.equal(blocked.code, 1)
  t.match(
    blocked.stderr,
    /config\.toml cannot be written: .*\n {2}make .* writable, or set DEBUG_SERVER_HOME/,
  )
  await mkdir(join(home, 'closed'))
  await chmod(join(home, 'closed'), 0o500)
  if (process.getuid?.() !== 0) {
    const closed = await cli(args, { environment: { DEBUG_SERVER_HOME: join(home, 'closed') } })
    t.match(closed.stderr, /permission denied/)
  }
})

t.test('a broken file is left as it is, for it may keep other servers', async t => {
  const home = await temporary(t)
  const path = join(home, 'config.toml')
  await writeFile(path, 'garbage\n')
  const environment = { DEBUG_SERVER_HOME: home }
  const result = await cli(['configure', '--base-url', unreachable, '--token', 'x'], { environment })
  t.equal(result.code, 1)
  t.match(result.stderr, /it is not TOML.*\n.*remove it and write it anew with "debug-server configure"/)
  t.equal(await readFile(path, 'utf8'), 'garbage\n')
})

t.test('inside the clone its own server is found, and wins over what was kept', async t => {
  const root = await temporary(t)
  const home = await temporary(t)
  const server = await standIn({
    'server.whoami': () => caller({ name: 'admin-of-clone' }),
  })
  t.teardown(() => server[Symbol.asyncDispose]())
  await mkdir(join(root, '.artifacts', 'run'), { recursive: true })
  await mkdir(join(root, '.artifacts', 'secrets'))
  await mkdir(join(root, 'src', 'deep'), { recursive: true })
  const endpoints = join(root, '.artifacts', 'run', 'endpoints.json')
  await writeFile(endpoints, JSON.stringify({ api: { url: server.url }, proxy: { url: unreachable } }))
  await writeFile(join(root, '.artifacts', 'secrets', 'admin-token'), 'of-clone\n')
  const environment = { DEBUG_SERVER_HOME: home }
  const inside = { environment, root, directory: join(root, 'src', 'deep') }
  const outside = { environment, root, directory: home }

  t.match((await cli(['whoami'], inside)).stdout, 'admin-of-clone')
  t.equal(server.received.at(-1)?.authorization, 'Bearer of-clone')
  t.match(
    (await cli(['whoami'], outside)).stdout,
    'admin-of-clone',
    'a clone that is linked globally serves elsewhere',
  )

  const kept = await cli(['configure', '--base-url', unreachable, '--token', 'of-file'], inside)
  t.match(kept.stderr, /its own server takes precedence/)
  t.equal((await cli(['whoami'], inside)).code, 0)
  t.equal((await cli(['whoami'], outside)).code, 5, 'outside what was kept wins')
  t.equal((await cli(['whoami'], { ...inside, environment: { ...environment, ...at(unreachable) } })).code, 5)
  const leak = await cli(['whoami', '--base-url', 'http://127.0.0.1:3'], inside)
  t.equal(leak.code, 3, "the clone's token is for the clone's server")

  await writeFile(endpoints, '{')
  t.match(
    (await cli(['whoami'], inside)).stderr,
    /endpoints\.json: it names no address.*\n {2}start the server anew/,
  )
})
